/** What a window is to the rest of the stand-in. */
export interface OpenWindow {
  isDestroyed(): boolean;
  close(): void;
}

const windows: OpenWindow[] = [];

export function addWindow(window: OpenWindow): void {
  windows.push(window);
}

export const openWindows = (): OpenWindow[] => windows.filter((window) => !window.isDestroyed());

/** A process that the application started, as `app.getAppMetrics` lists it. */
export interface ProcessMetric {
  pid: number;
  type: 'Utility';
  name: string | undefined;
}

export const processes = new Map<number, ProcessMetric>();
