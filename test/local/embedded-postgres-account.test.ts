import { chooseAccount } from '../../src/local/embedded-postgres-account.js';

describe('the user whom the server runs as when root starts it', () => {
  const root = 'root:x:0:0:root:/root:/bin/bash\n';
  const others = 'nobody:x:65534:65533:nobody:/:/bin/false\nann:x:1000:1001::/home/ann:/bin/sh\n';
  const postgres = 'postgres:x:70:71::/var/lib/postgresql:/bin/sh\n';

  test.each([
    ['the owner of the folder', root + others + postgres, 1000, 'ann'],
    ['postgres when root owns the folder', root + others + postgres, 0, 'postgres'],
    ['nobody where there is no postgres', root + others, 0, 'nobody'],
    ['nobody when the owner is not a user of this system', root + others, 4711, 'nobody'],
  ])('is %s', (_, passwd, owner, name) => {
    expect(chooseAccount(passwd, owner).name).toBe(name);
  });

  test('has the ids of the password file', () => {
    expect(chooseAccount(root + others, 0).ids).toEqual({ uid: 65_534, gid: 65_533 });
  });

  test('is named as missing where the system knows neither', () => {
    expect(() => chooseAccount(root, 0)).toThrow('no user "postgres" or "nobody"');
  });
});
