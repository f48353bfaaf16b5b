/** Text that is no markup, neither in XML nor in Slack, which has the same three characters. */
export function escapeMarkup(text: string): string {
  return text.replace(/[&<>]/g, (it) => (it === '&' ? '&amp;' : it === '<' ? '&lt;' : '&gt;'));
}
