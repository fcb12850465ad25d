// The diagram of a case, read-only, with the elements that are active and those that are done.
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import './styles/viewer.css';

const show = async (root) => {
  const answer = await fetch(root.dataset.xml, { credentials: 'same-origin' });
  if (!answer.ok) throw new Error(`${root.dataset.xml}: ${answer.status}`);
  const viewer = new NavigatedViewer({ container: root.querySelector('[data-canvas]') });
  await viewer.importXML(await answer.text());
  const canvas = viewer.get('canvas');
  const overlays = viewer.get('overlays');
  const registry = viewer.get('elementRegistry');
  const words = JSON.parse(root.dataset.words);
  const tokens = JSON.parse(root.dataset.tokens);
  for (const { elementId, state, count } of tokens) {
    const element = registry.get(elementId);
    if (!element) continue;
    canvas.addMarker(elementId, `is-${state}`);
    if (state === 'done') continue;
    const token = document.createElement('span');
    token.className = `token token-${state}`;
    token.textContent = count > 1 || 'counts' in root.dataset ? String(count) : '';
    token.title = words[state];
    overlays.add(elementId, 'token', { position: { top: -14, right: 14 }, html: token });
  }
  fit(canvas, registry, tokens);
  for (const button of root.querySelectorAll('[data-zoom]')) {
    button.hidden = false;
    button.addEventListener('click', () => zoom(canvas, button.dataset.zoom));
  }
  root.dataset.ready = 'yes';
};

// A wide process would be unreadably small in full: begin at the token, in a size that can be read.
const fit = (canvas, registry, tokens) => {
  canvas.zoom('fit-viewport', 'auto');
  const active = tokens.find(({ elementId, state }) => state !== 'done' && registry.get(elementId)?.width);
  if (canvas.zoom() >= 0.6 || !active) return;
  canvas.zoom(0.75);
  canvas.scrollToElement(active.elementId, 120);
};

const zoom = (canvas, step) => {
  if (step === 'fit') canvas.zoom('fit-viewport', 'auto');
  else canvas.zoom(canvas.zoom() * (step === 'in' ? 1.25 : 0.8));
};

for (const root of document.querySelectorAll('[data-viewer]')) {
  show(root).catch((problem) => {
    console.error(problem);
    root.querySelector('[data-canvas]').hidden = true;
    root.querySelector('[data-failed]').hidden = false;
  });
}
