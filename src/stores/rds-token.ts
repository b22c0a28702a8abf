import { Signer } from '@aws-sdk/rds-signer';
import type { RdsIam } from '../project.js';
import { credentialsFault } from './credentials-fault.js';
import type { PostgresUrl } from './store-url.js';

const defaultPort = 5432;

/**
 * Makes tokens of RDS IAM authentication for the server and the user of a URL, by the credentials that the process has. A token is
 * the password of one connection: it may open it for 15 minutes, and no longer matters once it is open. Nothing is sent to AWS for it.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html
 * What is returned throws InputError without credentials; `field` is where `iam` was given.
 */
export function rdsTokens(url: PostgresUrl, { region }: RdsIam, field: string): () => Promise<string> {
  const { hostname, port, username, searchParams } = new URL(url.connectionString);
  const signer = new Signer({
    region,
    // As pg takes them: a parameter goes before the place in the URL.
    hostname: searchParams.get('host') ?? hostname,
    port: Number(searchParams.get('port') ?? port) || defaultPort,
    username: decodeURIComponent(username),
  });
  return async () => {
    try {
      return await signer.getAuthToken();
    } catch (error) {
      throw credentialsFault(error, field, 'gives no token');
    }
  };
}
