import type { DashWish } from '../../lib/operator/dash/vili-dash.ts';

export type DashMessage =
  | { readonly type: 'tick' }
  | { readonly type: 'registered'; readonly uid: string }
  | { readonly type: 'asked'; readonly wish: DashWish | 'nothing' | 'forgotten' }
  | { readonly type: 'acted'; readonly text: string }
  | { readonly type: 'failed'; readonly problem: string };
