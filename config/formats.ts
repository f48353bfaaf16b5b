/** Every kind of value that a setting can have; its `example` shows how it is written. */
export { count, duration, flag, share, size } from './formats/amounts.ts';
export { compareRules, jsonPath } from './formats/compare-rules.ts';
export {
  headerEdits,
  pathRewrites,
  stateRules,
  stickyKey,
} from './formats/copies.ts';
export { fleetEndpoints, fleetName, fleetWaves } from './formats/fleet.ts';
export { type Format, FormatError, type Raw, type Unit } from './formats/format.ts';
export {
  endpointTemplate,
  launchCommands,
  listOf,
  mirrorRules,
  pathPattern,
  routeTemplate,
} from './formats/lists.ts';
export {
  fileName,
  cookieName,
  headerName,
  identifier,
  lowerCaseHeaderName,
  method,
  noticeSignal,
  oneOf,
  path,
  requestPath,
  signalName,
  text,
  variableName,
} from './formats/names.ts';
export {
  addressBlock,
  host,
  isLoopback,
  listenAddress,
  mailAddress,
  type PortRange,
  port,
  portRange,
  splitAddress,
  webAddress,
} from './formats/network.ts';
export { promotionSteps } from './formats/steps.ts';
export { weeklyWindow } from './formats/window.ts';
