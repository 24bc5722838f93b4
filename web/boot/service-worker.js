// Keeps the whole page, so that it opens without a network after the first visit. One version at a time: a new one is kept
// beside the old one, and takes over when it is asked to, or when no page of the old one is open any more.
const VERSION = '{version}';
const FILES = [{files}];
const NAME = `consensus-playground ${self.registration.scope} `;

self.addEventListener('install', (event) => {
  const keep = async () => {
    const cache = await caches.open(NAME + VERSION);
    await cache.addAll(FILES.map((file) => new Request(file, { cache: 'reload' })));
  };
  event.waitUntil(keep());
});

self.addEventListener('activate', (event) => {
  const tidy = async () => {
    const others = (await caches.keys()).filter((name) => name.startsWith(NAME) && name !== NAME + VERSION);
    await Promise.all(others.map((name) => caches.delete(name)));
  };
  event.waitUntil(tidy());
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || !request.url.startsWith(self.registration.scope)) return;
  const answer = async () => {
    const cache = await caches.open(NAME + VERSION);
    const kept = request.mode === 'navigate' ? './' : request;
    return (await cache.match(kept, { ignoreSearch: true })) ?? fetch(request);
  };
  event.respondWith(answer());
});

self.addEventListener('message', ({ data }) => {
  if (data === 'take over') self.skipWaiting();
});
