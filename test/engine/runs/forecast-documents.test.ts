import { saveForecast, savedForecast } from '../../../src/engine/runs/forecast-documents.js';
import { CorruptDataError } from '../../../src/errors.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import type { Forecast } from '../../../src/migrations/forecast.js';
import { withTestLedgers } from '../../support/copy-run.js';

let ledger: Ledger;
withTestLedgers(1, ([made]) => (ledger = made));

/** Names as long as DynamoDB allows, and a warning for each table. */
function forecastOf(tables: number): Forecast {
  const names = Array.from({ length: tables }, (_, number) => `${'table-'.repeat(40)}${number}`);
  return {
    faults: [],
    warnings: names.map((table) => ({ field: `table "${table}"`, message: 'has a trigger, which is not carried: ü' })),
    tables: names.map((table) => ({
      table,
      mode: 'carry',
      items: 1,
      sizeBytes: 100,
      segments: 1,
      target: 'existing',
    })),
    drops: names,
  };
}

describe('the forecast of a dry run', () => {
  test.each([0, 1, 10_000])('of %d tables is read back whole', async (tables) => {
    const forecast = forecastOf(tables);
    await saveForecast(ledger, `run-${tables}`, forecast);
    expect(await savedForecast(ledger, `run-${tables}`)).toEqual(forecast);
  });

  test('that is written again is the newer one, also when it is shorter', async () => {
    await saveForecast(ledger, 'twice', forecastOf(3_000));
    await saveForecast(ledger, 'twice', forecastOf(2));
    expect(await savedForecast(ledger, 'twice')).toEqual(forecastOf(2));
  });

  test('is absent where there was none, and refused where a part is missing', async () => {
    expect(await savedForecast(ledger, 'none')).toBeUndefined();
    await ledger.putDocument('torn', 'forecast', { parts: 1 });
    await expect(savedForecast(ledger, 'torn')).rejects.toThrow(CorruptDataError);
  });
});
