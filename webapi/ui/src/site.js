// What every page loads. Pages work without it: htmx and the few lines here only save a round trip.
import '@picocss/pico/css/pico.css';
import './styles/tokens.css';
import './styles/site.css';
import './styles/forms.css';
import './styles/staff.css';
import './styles/operations.css';
import 'htmx.org';

// The error summary takes the focus, so that a screen reader begins there.
const focusSummary = () => document.querySelector('[data-focus]')?.focus({ preventScroll: false });
focusSummary();
document.addEventListener('htmx:after:swap', focusSummary);

// Fields are drawn anew while somebody may be typing: what stands in the controls is newer than what the server saw.
const entered = new Map();
document.addEventListener('htmx:before:swap', () => {
  entered.clear();
  for (const { id, value, checked } of document.querySelectorAll('#form-fields :is(input, select, textarea)[id]')) {
    entered.set(id, { value, checked });
  }
});
document.addEventListener('htmx:after:swap', () => {
  for (const [id, { value, checked }] of entered) {
    const control = document.querySelector(`#form-fields #${CSS.escape(id)}`);
    if (!control) continue;
    if (control.type === 'radio' || control.type === 'checkbox') control.checked = checked;
    else if (!control.multiple) control.value = value;
  }
  entered.clear();
});

// A second press while the first request is on its way is ignored; the server refuses a repeat as well.
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.method !== 'post') return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = 'yes';
});
// Coming back with the browser's "back" must leave the form usable.
window.addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-sent]')) delete form.dataset.sent;
});

// Printing and copying are offered only where a script can do them.
for (const button of document.querySelectorAll('button[data-print]')) {
  button.hidden = false;
  button.addEventListener('click', () => window.print());
}
for (const button of document.querySelectorAll('button[data-copy]')) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    document.getElementById(button.dataset.told).textContent = button.dataset.done;
  });
}

document.documentElement.dataset.ready = 'yes';
