// SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
// SPDX-License-Identifier: Apache-2.0

// Return [text, contrast, contrast that WCAG level AA wants] of each visible text, from the rendered colours.
// Text in disabled controls is left out, as WCAG does.

const parse = (text) => {
  const canvas = (parse.canvas ||= document.createElement("canvas").getContext("2d", { willReadFrequently: true }));
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = text;
  canvas.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
  return [r, g, b, a / 255];
};
const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
const background = (element) => {
  if (!element) return [255, 255, 255, 1];
  const own = parse(getComputedStyle(element).backgroundColor);
  return own[3] === 1 ? own : over(own, background(element.parentElement));
};
const luminance = (colour) => {
  const [r, g, b] = colour
    .slice(0, 3)
    .map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const opacity = (element) => (element ? getComputedStyle(element).opacity * opacity(element.parentElement) : 1);

const found = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node; (node = walker.nextNode()); ) {
  const element = node.parentElement;
  const visible = element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  if (!node.textContent.trim() || !visible || element.closest("[disabled]")) continue;
  const style = getComputedStyle(element);
  const below = background(element);
  const colour = parse(style.color);
  colour[3] *= opacity(element);
  const [a, b] = [luminance(over(colour, below)), luminance(below)];
  const size = parseFloat(style.fontSize);
  const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
  found.push([node.textContent.trim(), (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), large ? 3 : 4.5]);
}
return found;
