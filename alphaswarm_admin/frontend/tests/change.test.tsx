import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { Change } from "@/features/run/change";
import { Counts } from "@/features/run/counts";
import { counts } from "./stage";

const SCRIPT = '<img src=x onerror="window.stolen = 1">';

const CHANGE = {
  address: `module.a["${SCRIPT}"].aws_lb.this`,
  module: "module.a",
  type: "aws_lb",
  name: "this",
  action: "update",
  imported: false,
  reason: null,
  truncated: false,
  attributes: [
    { path: "name", before: `"${SCRIPT}"`, after: '"b"', known_after_apply: false, sensitive: false },
    { path: "secret", before: '"never shown"', after: '"nor this"', known_after_apply: false, sensitive: true },
    { path: "arn", before: null, after: null, known_after_apply: true, sensitive: false },
  ],
} as const;

test("a script in a plan's address or value is text", async () => {
  const { container } = render(<Change change={{ ...CHANGE, attributes: [...CHANGE.attributes] }} />);
  await userEvent.setup().click(screen.getByRole("button"));

  expect(container.querySelector("img")).toBeNull();
  expect(screen.getAllByText(SCRIPT, { exact: false })).not.toHaveLength(0);
});

test("a sensitive value is not in the page, whatever the answer says", async () => {
  const { container } = render(<Change change={{ ...CHANGE, attributes: [...CHANGE.attributes] }} />);
  await userEvent.setup().click(screen.getByRole("button"));

  expect(container).not.toHaveTextContent("never shown");
  expect(container).not.toHaveTextContent("nor this");
  expect(screen.getByText("known after apply")).toBeVisible();
});

test("what is lost is told first, and a replacement once", () => {
  const { container } = render(<Counts counts={counts({ add: 3, change: 2, destroy: 4, replace: 1 })} />);

  expect(container.textContent).toBe("3 to destroy1 to replace2 to change2 to create");
});

test("a plan that does nothing says so", () => {
  render(<Counts counts={counts()} />);

  expect(screen.getByText("No changes")).toBeVisible();
});
