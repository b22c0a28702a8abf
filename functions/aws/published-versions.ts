import {
  DeleteFunctionCommand,
  LambdaClient,
  ListAliasesCommand,
  ListVersionsByFunctionCommand,
} from '@aws-sdk/client-lambda';
import { clientSettings } from './client-settings.js';

export interface PublishedVersion {
  /** A whole number, as text. */
  readonly version: string;
  /** Epoch milliseconds; undefined where Lambda does not say. */
  readonly publishedAtMs: number | undefined;
}

/** The versions of functions. Every method rejects with the SDK's error when Lambda does not answer or does not allow it. */
export interface PublishedVersions {
  /** Without `$LATEST`. */
  of(functionName: string): Promise<readonly PublishedVersion[]>;
  /** The versions that an alias sends calls to. */
  aliased(functionName: string): Promise<readonly string[]>;
  /** Throws TypeError for what is no number of a version. */
  remove(functionName: string, version: string): Promise<void>;
}

const versionNumber = /^[1-9]\d*$/;

/** The client is made by the first call. */
export function openPublishedVersions(): PublishedVersions {
  let opened: LambdaClient | undefined;
  const client = (): LambdaClient => (opened ??= new LambdaClient(clientSettings()));
  return {
    of: (functionName) => versionsOf(client(), functionName),
    aliased: (functionName) => aliasedOf(client(), functionName),
    async remove(functionName, version) {
      // Without a qualifier, the request would delete the function with all its versions.
      if (!versionNumber.test(version))
        throw new TypeError(
          `"${version}" is no version of ${functionName}: nothing is deleted but versions, by number`,
        );
      await client().send(new DeleteFunctionCommand({ FunctionName: functionName, Qualifier: version }));
    },
  };
}

async function versionsOf(client: LambdaClient, functionName: string): Promise<PublishedVersion[]> {
  const versions: PublishedVersion[] = [];
  let Marker: string | undefined;
  do {
    const page = await client.send(new ListVersionsByFunctionCommand({ FunctionName: functionName, Marker }));
    for (const { Version: version, LastModified } of present('versions', functionName, page.Versions)) {
      if (version === undefined || !versionNumber.test(version)) continue;
      // Of a published version, this is when its code and configuration were made, just before it was published.
      const at = Date.parse(LastModified ?? '');
      versions.push({ version, publishedAtMs: Number.isNaN(at) ? undefined : at });
    }
    Marker = page.NextMarker;
  } while (Marker !== undefined && Marker !== '');
  return versions;
}

async function aliasedOf(client: LambdaClient, functionName: string): Promise<string[]> {
  const versions: string[] = [];
  let Marker: string | undefined;
  do {
    const page = await client.send(new ListAliasesCommand({ FunctionName: functionName, Marker }));
    for (const { FunctionVersion, RoutingConfig } of present('aliases', functionName, page.Aliases))
      versions.push(FunctionVersion ?? '', ...Object.keys(RoutingConfig?.AdditionalVersionWeights ?? {}));
    Marker = page.NextMarker;
  } while (Marker !== undefined && Marker !== '');
  return versions;
}

/** Nothing may be concluded from half an answer. */
function present<T>(what: string, functionName: string, value: T | undefined): T {
  if (value === undefined) throw new TypeError(`Lambda gave an answer without the ${what} of ${functionName}`);
  return value;
}
