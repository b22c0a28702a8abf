import { atSpeed, settingsSchema, withDefaults } from '../src/settings.js';

describe('the speed that an execution asks for', () => {
  const configured = withDefaults({ concurrency: 4, readUnitsPerSecond: 300 });

  test("goes before the configuration's, each field for itself, and changes nothing else", () => {
    expect(atSpeed(configured, { readUnitsPerSecond: 50, writeUnitsPerSecond: 20 })).toEqual({
      ...configured,
      readUnitsPerSecond: 50,
      writeUnitsPerSecond: 20,
    });
    expect(atSpeed(configured, { concurrency: 16 })).toEqual({ ...configured, concurrency: 16 });
  });

  test("is the configuration's where nothing is asked for: no ceiling by default", () => {
    expect(atSpeed(configured, {})).toEqual(configured);
    expect(withDefaults()).not.toHaveProperty('readUnitsPerSecond');
    expect(withDefaults()).not.toHaveProperty('writeUnitsPerSecond');
  });
});

test.each([0, -1, 0.5, '100', Number.POSITIVE_INFINITY])(
  'a ceiling of %j units a second is refused by name',
  (value) => {
    for (const field of ['readUnitsPerSecond', 'writeUnitsPerSecond']) {
      const { error } = settingsSchema.safeParse({ [field]: value });
      expect(error?.issues.map(({ path }) => path)).toEqual([[field]]);
    }
  },
);
