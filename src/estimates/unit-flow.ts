/** What is read of a state machine's definition here. */
interface State {
  readonly Type: string;
  readonly Next?: string;
  readonly Default?: string;
  readonly Choices?: readonly {
    readonly Variable: string;
    readonly Next: string;
    readonly StringEquals?: string;
    readonly BooleanEquals?: boolean;
  }[];
  readonly ItemProcessor?: Flow;
}

interface Flow {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

/** What each choice finds in its variable, the first time, the second time …; the last one from then on. */
type Answers = Readonly<Record<string, readonly (string | boolean)[]>>;

/** What an execution passes: states, each a transition that is paid for, and events of its history, which are limited. */
export interface Passed {
  readonly transitions: number;
  readonly events: number;
}

/** A child of a Map: what each call of its function adds, and what there is beside. */
export interface UnitFlow {
  readonly eachCall: Passed;
  readonly beside: Passed;
}

/**
 * Events for each state that is entered: a Task is entered, scheduled, started, ended and left; a Distributed Map is entered, its
 * run started and ended, and it is ended and left; others are entered and left.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
 */
const eventsOf: Readonly<Record<string, number>> = { Task: 5, Map: 5 };
const eventsOfOthers = 2;
/** An execution is started and ended. */
const eventsOfExecution = 2;

/** What a unit of this Map passes that is called again and again, and then is done. */
export function unitFlow(definition: unknown, map: string): UnitFlow {
  const processor = (definition as Flow).States[map]?.ItemProcessor;
  if (processor === undefined) throw new TypeError(`the definition has no Map "${map}"`);
  const [once, twice] = [['done'], ['more', 'done']].map((status) => passed(processor, { '$.result.status': status }));
  if (once === undefined || twice === undefined) throw new TypeError('no answers were given');
  const eachCall = minus(twice, once);
  return { eachCall, beside: minus(once, eachCall) };
}

/** What an execution passes, without the children of its Maps, that goes well with each step called once. */
export function executionFlow(definition: unknown): Passed {
  return passed(definition as Flow, {
    '$.run.pending': [true, false],
    '$.setup.done': [true],
    '$.expect.done': [true],
    '$.judge.next': ['complete'],
    '$.complete.done': [true],
    '$.cleanup.done': [true],
  });
}

function passed({ StartAt, States }: Flow, answers: Answers): Passed {
  const asked = new Map<string, number>();
  let [transitions, events] = [0, eventsOfExecution];
  for (let name: string | undefined = StartAt; name !== undefined;) {
    const state: State | undefined = States[name];
    if (state === undefined) throw new TypeError(`the definition has no state "${name}"`);
    transitions += 1;
    events += eventsOf[state.Type] ?? eventsOfOthers;
    name = state.Type === 'Choice' ? chosen(state, answers, asked) : state.Next;
  }
  return { transitions, events };
}

function chosen({ Choices = [], Default }: State, answers: Answers, asked: Map<string, number>): string | undefined {
  const variable = Choices[0]?.Variable ?? '';
  const values = answers[variable];
  if (values === undefined) throw new TypeError(`nothing is known of "${variable}"`);
  const time = asked.get(variable) ?? 0;
  asked.set(variable, time + 1);
  const value = values[Math.min(time, values.length - 1)];
  return Choices.find(({ StringEquals, BooleanEquals }) => value === (StringEquals ?? BooleanEquals))?.Next ?? Default;
}

function minus(whole: Passed, part: Passed): Passed {
  return { transitions: whole.transitions - part.transitions, events: whole.events - part.events };
}
