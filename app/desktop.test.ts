import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import {
  electronBinary,
  launchOnElectron,
  launchOnFake,
  launchSecondOnElectron,
  launchSecondOnFake,
  openSharedBrowser,
} from './testing/desktop.ts';
import { createPerson, type Ground, type Person } from './testing/person.ts';
import { fileScenarios, memoryScenarios, targetScenarios } from './testing/scenarios/files.ts';
import { lifeScenarios } from './testing/scenarios/life.ts';
import { securityScenarios } from './testing/scenarios/security.ts';
import { stageApplication } from './testing/stage.ts';

const browser = await openSharedBrowser();
const binary = electronBinary();
if (!binary) {
  process.stderr.write('No Electron here: isolation, sandbox, native modules and fuses are unverified.\n');
}
const stage = stageApplication();
// what must not be served: beside the interface's folder, and behind a link in it
writeFileSync(join(stage.home, 'secret.txt'), 'secret');
symlinkSync(join(stage.home, 'secret.txt'), join(stage.home, 'dist/renderer/link.txt'));

afterAll(async () => {
  await browser?.close();
  stage.remove();
});

describe.skipIf(!browser)('the desktop application on a stand-in for Electron', () => {
  scenarios({
    kind: 'fake',
    launch: (launch) => launchOnFake(browser!, launch),
    launchSecond: launchSecondOnFake,
  });
});

describe.skipIf(!binary)('the desktop application on Electron', () => {
  scenarios({
    kind: 'electron',
    launch: (launch) => launchOnElectron(binary!, launch),
    launchSecond: (launch) => launchSecondOnElectron(binary!, launch),
  });
});

function scenarios(ground: Ground): void {
  describe('started with a file', () => {
    let person: Person;
    beforeAll(async () => {
      person = createPerson(ground, stage);
      await person.start([person.data]);
    });
    afterAll(() => person.kill());
    securityScenarios(() => person);
    fileScenarios(() => person);
    targetScenarios(() => person);
    lifeScenarios(() => person);
  });
  describe('started twice', () => {
    let person: Person;
    beforeAll(() => {
      person = createPerson(ground, stage);
    });
    afterAll(() => person.kill());
    memoryScenarios(() => person);
  });
}
