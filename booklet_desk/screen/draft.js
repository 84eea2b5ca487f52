// Keeps what was typed when a field is left or the window closes. Without it, each Continue keeps it.
const form = document.querySelector("form[data-keep]");
let isSent = false;
const keep = () => isSent || navigator.sendBeacon(form.dataset.keep, new URLSearchParams(new FormData(form)));
form.addEventListener("submit", () => { isSent = true; });
form.addEventListener("change", keep);
addEventListener("pagehide", keep);
