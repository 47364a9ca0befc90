// A camera that is not ours: reads the squares that our pages draw.
import jsQR from "jsqr";

/** What the picture of a page says. */
export async function scan(page) {
  const [side, path] = await page.locator("svg#picture").evaluate((svg) => [svg.viewBox.baseVal.width, svg.querySelectorAll("path")[1].getAttribute("d")]);
  const wide = side * 4;
  const pixels = new Uint8ClampedArray(wide * wide * 4).fill(255);
  for (const [, x, y] of path.matchAll(/M(\d+) (\d+)h1v1h-1z/g)) {
    for (let square = 0; square < 16; square += 1) {
      const at = ((Number(y) * 4 + (square >> 2)) * wide + Number(x) * 4 + (square & 3)) * 4;
      pixels.fill(0, at, at + 3);
    }
  }
  return jsQR(pixels, wide, wide).data;
}
