import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PAGE = 'renderer/testing/desktop-page';
/** What the small page takes from the interface itself. */
const OF_INTERFACE = [
  'engine/errors.ts',
  'renderer/client/platform-desktop.ts',
  'renderer/client/message-port.ts',
];

/** The built application beside a small page in the place of the interface; `engine/` and packages are linked. */
export function stageApplication(): { home: string; main: string; remove(): void } {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'meander-desktop-')));
  const built = join(home, 'dist');
  cpSync(join(ROOT, 'dist/app'), join(built, 'app'), { recursive: true });
  symlinkSync(join(ROOT, 'dist/engine'), join(built, 'engine'));
  for (const name of ['node_modules', 'package.json']) symlinkSync(join(ROOT, name), join(home, name));
  mkdirSync(join(built, 'renderer'));
  cpSync(join(ROOT, PAGE, 'index.html'), join(built, 'renderer/index.html'));
  for (const path of [...OF_INTERFACE, `${PAGE}/page.ts`]) transpile(path, join(built, 'renderer'));
  return {
    home,
    main: join(built, 'app/main.js'),
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}

function transpile(path: string, folder: string): void {
  const target = join(folder, path.replace(/\.ts$/, '.js'));
  const { outputText } = ts.transpileModule(readFileSync(join(ROOT, path), 'utf8'), {
    compilerOptions: {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2023,
      rewriteRelativeImportExtensions: true,
      verbatimModuleSyntax: true,
    },
  });
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, outputText);
}
