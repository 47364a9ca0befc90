// One line a test, and at the end how many: what a person reads in a terminal and a build server in its log.
export default class Report {
  onBegin(_, suite) {
    this.wanted = suite.allTests().length;
    this.passed = 0;
    this.skipped = 0;
    this.failed = [];
  }

  onTestEnd(test, result) {
    const name = test.titlePath().slice(1).filter(Boolean).join(" > ");
    const seconds = (result.duration / 1000).toFixed(1);
    if (result.status === "skipped") this.skipped += 1;
    else if (test.outcome() === "expected") this.passed += 1;
    else this.failed.push(name);
    console.log(`${result.status.padEnd(8)} ${name} (${seconds} s)`);
    for (const { type, description } of test.annotations.filter(({ type }) => type === "counted")) console.log(indented(`${type} ${description}`));
    for (const error of result.errors) console.log(indented(error.stack ?? error.message ?? String(error.value)));
  }

  onError(error) {
    this.failed.push("set-up");
    console.log(indented(error.stack ?? error.message ?? String(error.value)));
  }

  onEnd() {
    if (this.wanted === 0) this.failed.push("there was no test");
    for (const name of this.failed) console.log(`FAILED   ${name}`);
    const skipped = this.skipped ? `, ${this.skipped} skipped` : "";
    console.log(`\nbrowser: ${this.passed} passed, ${this.failed.length} failed${skipped}`);
  }
}

function indented(text) {
  return text.split("\n").map((line) => `         ${line}`).join("\n");
}
