import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

/** What who follows a run sends to the ledger, and what the functions send beside. */
const reading = ['dynamodb:GetItem', 'dynamodb:Query'];
const writing = ['dynamodb:PutItem', 'dynamodb:UpdateItem'];

export interface LedgerTableProps {
  readonly tableName: string;
  /** Default: the key of AWS that the account has for DynamoDB. */
  readonly encryptionKey?: IKey | undefined;
}

/** The ledger: the record of what was done with somebody's only copy of the data, so it outlives the stack. */
export class LedgerTable extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string, { tableName, encryptionKey }: LedgerTableProps) {
    super(scope, id);
    this.table = new Table(this, 'Table', {
      tableName,
      partitionKey: { name: 'partition', type: AttributeType.STRING },
      sortKey: { name: 'entry', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      ...(encryptionKey === undefined
        ? { encryption: TableEncryption.AWS_MANAGED }
        : { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey }),
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  /** Lets a function read and write there. */
  usedBy(user: IGrantable): void {
    this.table.grant(user, ...reading, ...writing);
    this.grantKey(user);
  }

  /** Lets somebody read what runs did. */
  readBy(reader: IGrantable): void {
    this.table.grant(reader, ...reading);
    this.grantKey(reader);
  }

  /** DynamoDB asks for the data of an encrypted table with the rights of who reads it. */
  private grantKey(user: IGrantable): void {
    this.table.encryptionKey?.grantEncryptDecrypt(user);
  }
}
