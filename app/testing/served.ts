/** The browser that was given the link of a server: it takes the cookie and may come in from then on. */
export async function enter(url: string): Promise<{ origin: string; cookie: string }> {
  const response = await fetch(url);
  const cookie = response.headers.get('set-cookie')?.split(';')[0];
  if (response.status !== 200 || cookie === undefined) throw new Error(`refused: ${response.status}`);
  return { origin: new URL(url).origin, cookie };
}
