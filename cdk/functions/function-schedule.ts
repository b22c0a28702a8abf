import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal, type IRole } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import {
  Schedule,
  ScheduleGroup,
  type ScheduleExpression,
  type ScheduleTargetInput,
  type TimeWindow,
} from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

export interface FunctionScheduleProps {
  readonly description: string;
  readonly schedule: ScheduleExpression;
  readonly function: LambdaFunction;
  readonly input: ScheduleTargetInput;
  /** Where a call goes that came to nothing. Undefined: nowhere, and it is not tried again either, since the next one comes soon. */
  readonly deadLetters: IQueue | undefined;
  /** Default: at the minute. */
  readonly timeWindow?: TimeWindow;
}

/** How long a call is tried: by the scheduler until Lambda takes it, and by Lambda until it ends well. */
const maxEventAge = Duration.hours(1);
/** With the pauses of the scheduler, more often does not fit into the hour by far. */
const deliveries = 20;
/** Lambda's own most, after the first try. */
const retriesOfLambda = 2;

/** Calls a function by the clock. The scheduler may call that function and nothing else, and only for this schedule. */
export class FunctionSchedule extends Construct {
  constructor(scope: Construct, id: string, props: FunctionScheduleProps) {
    super(scope, id);
    const { description, schedule, input, deadLetters, timeWindow } = props;
    const scheduleGroup = new ScheduleGroup(this, 'Group', { removalPolicy: RemovalPolicy.DESTROY });
    const role = this.role(scheduleGroup.scheduleGroupArn);
    // A queue that is encrypted with a key of the caller's takes messages of who may use that key.
    deadLetters?.encryptionMasterKey?.grant(role, 'kms:Decrypt', 'kms:GenerateDataKey');
    new Schedule(this, 'Schedule', {
      description,
      schedule,
      scheduleGroup,
      target: new ExactInvoke(props.function, {
        input,
        role,
        maxEventAge,
        ...(deadLetters === undefined
          ? { retryAttempts: 0 }
          : { retryAttempts: deliveries, deadLetterQueue: deadLetters }),
      }),
      ...(timeWindow === undefined ? {} : { timeWindow }),
    });
    // The scheduler does not wait for the function's answer: what fails there is Lambda's to try again.
    // https://docs.aws.amazon.com/lambda/latest/dg/with-eventbridge-scheduler.html
    props.function.configureAsyncInvoke({
      maxEventAge,
      ...(deadLetters === undefined
        ? { retryAttempts: 0 }
        : { retryAttempts: retriesOfLambda, onFailure: new SqsDestination(deadLetters) }),
    });
  }

  private role(scheduleGroupArn: string): Role {
    return new Role(this, 'Role', {
      description: 'Carryover: calls a function by the clock',
      // Not for schedules of other groups. https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': Stack.of(this).account, 'aws:SourceArn': scheduleGroupArn },
        },
      }),
    });
  }
}

/** Without the right to call the function's versions, which CDK's own target gives. */
class ExactInvoke extends LambdaInvoke {
  protected override addTargetActionToRole(role: IRole): void {
    role.addToPrincipalPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [this.targetArn] }));
  }
}
