import type { components } from "./schema";

type Schemas = components["schemas"];

/** The contract's models under their own names. */
export type Approval = Schemas["Approval"];
export type AttributeChange = Schemas["AttributeChange"];
export type ChangeAction = Schemas["ChangeAction"];
export type ChangeCounts = Schemas["ChangeCounts"];
export type Condition = Schemas["Condition"];
export type ConsoleInfo = Schemas["ConsoleInfo"];
export type Decision = Schemas["Decision"];
export type Entry = Schemas["Entry"];
export type Environment = Schemas["Environment"];
export type ErrorDetail = Schemas["ErrorDetail"];
export type Finding = Schemas["Finding"];
export type GateAnswer = Schemas["GateAnswer"];
export type Image = Schemas["Image"];
export type LogChunk = Schemas["LogChunk"];
export type LogLine = Schemas["LogLine"];
export type ModuleNode = Schemas["ModuleNode"];
export type ResourceChange = Schemas["ResourceChange"];
export type PolicyVerdict = Schemas["PolicyVerdict"];
export type RunDetail = Schemas["RunDetail"];
export type RunKind = Schemas["RunKind"];
export type RunStatus = Schemas["RunStatus"];
export type RunSummary = Schemas["RunSummary"];
export type Role = NonNullable<Schemas["Session"]["roles"]>[number];
export type Session = Schemas["Session"];
export type TrustRow = Schemas["TrustRow"];
export type Verification = Schemas["Verification"];
export type WaitingPlan = Schemas["WaitingPlan"];
