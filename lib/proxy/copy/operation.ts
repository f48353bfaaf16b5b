import { pathOf } from '../../model/path-template.ts';

/** As much of a request's body is looked at. */
const MAX_PEEK = 4096;
const NAME = /^[A-Za-z_][\w.:-]{0,63}$/;
const SOAP_ACTION = /(?:^|;)\s*action\s*=\s*"?([^";]*)/i;
const GRAPHQL_IN_QUERY = /[?&]operationName=([\w.:-]{1,64})(?:&|#|$)/;
const GRAPHQL_NAME = /"operationName"\s*:\s*"([^"\\]{1,64})"/;
/** `query Cart(…) {`: operations without `operationName` often have a name all the same. */
const GRAPHQL_QUERY =
  /"query"\s*:\s*"(?:\\n|\\r|\\t|\s)*(?:query|mutation|subscription)(?:\\n|\\t|\s)+([A-Za-z_]\w{0,63})/;
const RPC_METHOD = /"method"\s*:\s*"([^"\\]{1,64})"/;

/** The headers that tell which operation a request is for. */
interface OperationHead {
  readonly method: string;
  readonly path: string;
  readonly fields: { readonly contentType: string; readonly soapAction: string };
}

/**
 * The operation where one path serves many: `operationName` of GraphQL, `method` of JSON-RPC, SOAPAction; '' for
 * none. `start`: the first bytes of the body as they arrived, null for none. What looks like none is none: a request
 * is then told apart by its path alone.
 */
export function operationOf(head: OperationHead, start: Buffer | null): string {
  const { contentType, soapAction } = head.fields;
  if (soapAction !== '') return lastWord(soapAction);
  if (start === null) return head.method === 'GET' ? inQuery(head.path) : '';
  if (contentType.includes('json')) return inJson(start.toString('latin1', 0, MAX_PEEK));
  if (!contentType.includes('soap+xml')) return '';
  return lastWord(SOAP_ACTION.exec(contentType)?.[1] ?? '');
}

// Private

/** `"http://example.org/Prices/GetPrice"` and `urn:GetPrice` are both `GetPrice`. */
function lastWord(action: string): string {
  return named(/(?<![\w.-])[\w.-]+(?="?$)/.exec(action.trim())?.[0] ?? '');
}

function inQuery(target: string): string {
  if (pathOf(target).length === target.length) return '';
  return named(GRAPHQL_IN_QUERY.exec(target)?.[1] ?? '');
}

function inJson(text: string): string {
  const isRpc = text.includes('"jsonrpc"');
  if (isRpc)
    return text.trimStart().startsWith('[') ? 'batch' : named(RPC_METHOD.exec(text)?.[1] ?? '');
  if (!text.includes('"query"') && !text.includes('"operationName"')) return '';
  return named(GRAPHQL_NAME.exec(text)?.[1] ?? GRAPHQL_QUERY.exec(text)?.[1] ?? '');
}

function named(text: string): string {
  return NAME.test(text) ? text : '';
}
