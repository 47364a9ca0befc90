// The code of a letter or a mail, where there is JavaScript: what stands behind the # goes into its field and leaves the
// address at once.
import { expect, look, test } from "../support/checks.js";

test("the square of a letter fills the code in, and nothing of it stays in the address", async ({ page }) => {
  const secret = "A-secret-of-two-hundred-and-fifty-six-bits0";
  for (const flow of ["guardian-code", "guardian-invitation"]) {
    await page.goto(`/enroll/${flow}#c=${secret}`);
    await look(page, "code");
    await expect(page.locator("#code")).toHaveValue(secret);
    expect(page.url()).not.toContain("#");
    await page.goBack().catch(() => null);
  }
});
