const titleLength = 80;

/** A statement for people: its first line of SQL, cut, and nothing from a password on. */
export function statementTitle(text: string): string {
  const lines = text
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const line = lines.find((candidate) => !candidate.startsWith('--'));
  if (line === undefined) return '';
  const secret = /\bpassword\b/i.exec(line)?.index ?? titleLength;
  const shown = line.slice(0, Math.min(secret, titleLength)).trimEnd();
  return shown === line && lines.at(-1) === line ? line : `${shown} …`;
}
