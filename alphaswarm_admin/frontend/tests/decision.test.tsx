import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { DecisionDialog } from "@/features/gate/decision";
import type { Decision } from "@/lib/api/types";
import { DIGEST, gate, run } from "./stage";

function show(decision: Decision, busy = false, asked = gate()) {
  const onDecide = vi.fn();
  const props = { run: run(), gate: asked, decision, busy, failure: null, onClose: vi.fn(), onDecide };
  render(<DecisionDialog {...props} />);
  return onDecide;
}

test("the digest that is approved is in view, whole", () => {
  show("approve");

  expect(screen.getByTestId("plan-digest")).toHaveTextContent(DIGEST);
});

test("production is not approved before its name is typed", async () => {
  const user = userEvent.setup();
  const onDecide = show("approve");
  const approve = screen.getByRole("button", { name: "Approve" });

  expect(approve).toBeDisabled();
  await user.type(screen.getByLabelText(/Type/), "Prod");
  expect(approve).toBeDisabled();
  await user.clear(screen.getByLabelText(/Type/));
  await user.type(screen.getByLabelText(/Type/), "prod");
  await user.click(approve);

  expect(onDecide).toHaveBeenCalledExactlyOnceWith({ decision: "approve", comment: "", confirmation: "prod" });
});

test("where no name is asked for, none is typed", () => {
  show("approve", false, gate({ confirmation: null }));

  expect(screen.queryByLabelText(/Type/)).toBeNull();
  expect(screen.getByRole("button", { name: "Approve" })).toBeEnabled();
});

test("a second click while the first is under way sends nothing", async () => {
  const onDecide = show("reject", true);

  await userEvent.setup().click(screen.getByRole("button", { name: "Reject" }));

  expect(onDecide).not.toHaveBeenCalled();
});

test("a rejection says why", async () => {
  const user = userEvent.setup();
  const onDecide = show("reject");

  await user.click(screen.getByRole("button", { name: "Reject" }));
  expect(onDecide).not.toHaveBeenCalled();
  await user.type(screen.getByLabelText("Why not"), "Not today");
  await user.click(screen.getByRole("button", { name: "Reject" }));

  expect(onDecide).toHaveBeenCalledExactlyOnceWith({ decision: "reject", comment: "Not today", confirmation: "" });
});
