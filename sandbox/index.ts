export { SANDBOX_AGENTS, SANDBOX_API_KEY, type SandboxAgent } from './account';
export type * from './apiShapes';
export { CAMPAIGN_STATUSES } from './apiShapes';
export {
	type CallState,
	type ClockState,
	SandboxControl,
	type SandboxInfo,
	type WebhookState,
} from './control';
export type { DeliveryAttempt } from './deliveries';
export { FAULT_KINDS, type Fault, type FaultKind, type FaultOptions } from './faults';
export type { JournalEntry, JournalFilter } from './journal';
export { MAGIC_NUMBERS } from './magicNumbers';
export { type ApiDescription, loadApiDescription, OPENAPI_FILE } from './openapi';
export { type Sandbox, type SandboxOptions, startSandbox } from './sandbox';
export type { DeliverySettings, Settings, SettingsChange, SignatureScheme } from './settings';
export { until, type UntilOptions } from './until';
