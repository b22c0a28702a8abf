import pg from 'pg';

/**
 * pg's client with a password that is asked for when the server wants one, once a connection. It takes such a function among its
 * settings too, but not beside a connection string: what that one lacks is an empty text, which goes first.
 */
export function passwordClient(password: () => Promise<string>): new (config?: pg.ClientConfig) => pg.Client {
  return class extends pg.Client {
    constructor(config?: pg.ClientConfig) {
      super(config);
      const asked = async (): Promise<string> => {
        try {
          return await password();
        } catch (error) {
          // pg tells the error and leaves the socket open, which the server would count as a connection for a minute.
          setImmediate(() => this.connection.stream.destroy());
          throw error;
        }
      };
      // pg reads it as the setting of the same name; its types know the text alone.
      Object.assign(this, { password: asked });
    }
  };
}
