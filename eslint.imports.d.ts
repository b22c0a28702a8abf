import type { Linter } from 'eslint';

export const importConfigs: Linter.Config[];
