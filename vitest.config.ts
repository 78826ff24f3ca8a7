import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';
import type { Reporter, TestModule } from 'vitest/node';

/** One closing line in words that need no knowledge of the runner. */
const closingLine: Reporter = {
  onTestRunEnd(modules: readonly TestModule[]) {
    const states = modules.flatMap((module) =>
      [...module.children.allTests()].map((test) => test.result().state),
    );
    const count = (state: string) => states.filter((s) => s === state).length;
    const broken = modules.filter(
      (module) => !module.ok() && [...module.children.allTests()].length === 0,
    ).length;
    process.stdout.write(
      `${count('passed')} passed, ${count('failed') + broken} failed, ${count('skipped')} skipped\n`,
    );
  },
};

const limits = { testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    reporters: ['default', closingLine],
    projects: [
      {
        test: {
          ...limits,
          name: 'engine',
          // ES modules that are not marked as such
          server: { deps: { inline: [/@tensorflow\/tfjs-core\/dist\/(?!tf-core)/] } },
          include: ['engine', 'app', 'bench', 'docs', 'renderer/client'].map(
            (folder) => `${folder}/**/*.test.ts`,
          ),
        },
      },
      {
        plugins: [svelte({ configFile: false }), svelteTesting()],
        test: {
          ...limits,
          name: 'renderer',
          environment: 'jsdom',
          include: ['renderer/**/*.test.ts'],
          exclude: ['renderer/client/**'],
        },
      },
    ],
  },
});
