import { readFile } from 'node:fs/promises';

interface Rule {
  readonly ErrorEquals: readonly string[];
}

export type Retrier = Rule;

export interface Catcher extends Rule {
  readonly Next: string;
}

export interface State {
  readonly Type: string;
  readonly Next?: string;
  readonly Default?: string;
  readonly Choices?: readonly { readonly Next: string }[];
  readonly Catch?: readonly Catcher[];
  readonly Retry?: readonly Retrier[];
  readonly ItemProcessor?: { readonly States: States };
}

export type States = Readonly<Record<string, State>>;

export const definition = JSON.parse(await readFile('statemachines/migration.asl.json', 'utf8')) as {
  readonly States: States;
};

const withinMaps = Object.entries(definition.States).flatMap(([map, { ItemProcessor }]) =>
  Object.entries(ItemProcessor?.States ?? {}).map(([name, state]) => ({ map, name, state })),
);

/** All states by name, those within Maps too: names are unique in a definition. */
export const states: ReadonlyMap<string, State> = new Map([
  ...Object.entries(definition.States),
  ...withinMaps.map(({ name, state }) => [name, state] as const),
]);

/** Of each state within a Map, that Map's name. */
export const mapOf: ReadonlyMap<string, string> = new Map(withinMaps.map(({ name, map }) => [name, map]));

export function namesOf(type: string): string[] {
  return [...states].filter(([, { Type }]) => Type === type).map(([name]) => name);
}
