declare module 'asl-validator' {
  /** Checks a definition of a state machine against the language's schema, its targets and its paths. */
  export default function validate(
    definition: object,
    options?: { readonly checkArn?: boolean; readonly checkPaths?: boolean },
  ): { readonly isValid: boolean; readonly errors: readonly object[] };
}
