"use strict";
// Selecting many rows, and dropping files. All of it works without this script.
document.addEventListener("DOMContentLoaded", () => {
  const all = document.querySelector("input.all");
  const boxes = Array.from(document.querySelectorAll("input[name=target][type=checkbox]"));
  const chosen = document.querySelector(".chosen");
  const count = () => {
    const number = boxes.filter((box) => box.checked).length;
    if (chosen) chosen.textContent = number ? `${number} selected` : "";
    if (all) { all.checked = number > 0 && number === boxes.length; all.indeterminate = number > 0 && number < boxes.length; }
  };
  if (all) all.addEventListener("change", () => { for (const box of boxes) box.checked = all.checked; count(); });
  for (const box of boxes) box.addEventListener("change", count);
  if (boxes.length) count();

  const drop = document.querySelector(".drop");
  const field = drop && drop.querySelector("input[type=file]");
  if (field) {
    const weigh = () => {
      const size = field.files.length ? field.files[0].size : 0;
      field.setCustomValidity(field.dataset.most && size > Number(field.dataset.most) ? field.dataset.larger : "");
      field.reportValidity();
    };
    field.addEventListener("change", weigh);
    drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
    drop.addEventListener("dragleave", () => drop.classList.remove("over"));
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      drop.classList.remove("over");
      if (event.dataTransfer.files.length) { field.files = event.dataTransfer.files; weigh(); }
    });
  }
});
