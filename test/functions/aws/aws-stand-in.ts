import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it came, and what is answered. */
export interface Request {
  /** `ListExecutions`, `GET /2015-03-31/functions/begin/versions?…`, `DescribeStacks` */
  readonly action: string;
  readonly body: Record<string, unknown>;
}

export type Reply = { readonly status?: number; readonly body?: object | string };
export type Answering = (request: Request) => Reply;

/** A server that speaks the protocols of Step Functions (JSON), Lambda (REST) and CloudFormation (query and XML). */
export class AwsStandIn {
  readonly requests: Request[] = [];
  answer: Answering = () => ({ status: 500 });
  private readonly before = { ...process.env };
  private server: Server | undefined;

  async open(): Promise<void> {
    this.server = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        const came = read(request, text);
        this.requests.push(came);
        const { status = 200, body = {} } = this.answer(came);
        response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
      });
    });
    await new Promise<void>((resolve) => this.server?.listen(0, '127.0.0.1', resolve));
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      POWERTOOLS_SERVICE_NAME: 'start',
      POWERTOOLS_METRICS_NAMESPACE: 'Carryover',
      CARRYOVER_NAME: 'shop',
    });
  }

  async close(): Promise<void> {
    process.env = { ...this.before };
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }
}

function read(request: IncomingMessage, text: string): Request {
  const target = request.headers['x-amz-target'];
  if (target !== undefined)
    return { action: String(target).split('.')[1] ?? '', body: JSON.parse(text) as Record<string, unknown> };
  if (text.includes('Action=')) {
    const { Action = '', ...body } = Object.fromEntries(new URLSearchParams(text));
    return { action: Action, body };
  }
  return { action: `${String(request.method)} ${decodeURIComponent(String(request.url))}`, body: {} };
}

/** The answer of DescribeStacks. */
export function stackReply(StackStatus: string, ParentId?: string): Reply {
  const parent = ParentId === undefined ? '' : `<ParentId>${ParentId}</ParentId>`;
  return {
    body: `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks><member>
      <StackName>s</StackName><StackStatus>${StackStatus}</StackStatus>${parent}
    </member></Stacks></DescribeStacksResult></DescribeStacksResponse>`,
  };
}
