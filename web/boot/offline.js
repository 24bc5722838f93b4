// Has a service worker keep the page for times without a network. A new version is announced, never forced: a run may be
// under way. Frames keep nothing, and a page from a disk needs nothing kept.
async function keepForOffline() {
  const served = location.protocol.startsWith('http') && 'serviceWorker' in navigator;
  if (!served || window.top !== window) return;
  const registration = await navigator.serviceWorker.register('./service-worker.js');
  const announce = () => {
    const worker = registration.waiting;
    if (!worker || !navigator.serviceWorker.controller || document.querySelector('.update')) return;
    const note = document.createElement('p');
    const reload = document.createElement('button');
    note.className = 'update';
    note.setAttribute('role', 'status');
    note.textContent = 'A new version of the playground is there. ';
    reload.textContent = 'Load it';
    reload.onclick = () => {
      navigator.serviceWorker.addEventListener('controllerchange', () => location.reload());
      worker.postMessage('take over');
    };
    note.append(reload);
    document.body.append(note);
  };
  announce();
  registration.addEventListener('updatefound', () => {
    registration.installing?.addEventListener('statechange', announce);
  });
}
addEventListener('load', () => setTimeout(() => keepForOffline().catch(() => {}), 1000));
