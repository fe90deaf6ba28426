import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const rawIpc = {
  name: 'electron',
  importNames: ['ipcMain', 'ipcRenderer'],
  message: 'Go through electron/shell/ipc.ts or electron/preload.ts, which check sender and arguments.',
};

export default tseslint.config(
  { ignores: ['out/', 'dist/', 'gallery/', 'node_modules/', '**/*.js', '**/*.mjs'] },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      // Taking a field out of an object is done by naming it beside the rest.
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      'no-restricted-imports': ['error', { paths: [rawIpc] }],
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  { files: ['electron/shell/ipc.ts', 'electron/preload.ts'], rules: { 'no-restricted-imports': 'off' } },
  {
    // Arrows run one way: shared knows neither side.
    files: ['shared/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: ['electron', 'react', 'keytar', 'libsql'],
          patterns: ['node:*', '../electron/*', '../renderer/*', '../../electron/*', '../../renderer/*'],
        },
      ],
    },
  },
  {
    files: ['renderer/**'],
    plugins: { 'react-hooks': reactHooks },
    rules: {
      ...reactHooks.configs.recommended.rules,
      // It speaks of the React compiler, which does not run here.
      'react-hooks/incompatible-library': 'off',
      'no-restricted-imports': ['error', { paths: ['electron'], patterns: ['node:*', '**/electron/*'] }],
    },
  },
  { files: ['test/bench/**', 'electron/demo/**', 'test/gallery/**'], rules: { 'no-console': 'off' } },
);
