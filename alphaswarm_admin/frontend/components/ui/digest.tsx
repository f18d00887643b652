"use client";

import { Check, Copy } from "lucide-react";
import { useState } from "react";

/** A digest, short to read and whole to copy. */
export function Digest({ value, length = 12 }: { value: string; length?: number }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(value);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  const bare = value.replace(/^sha256:/, "");
  return (
    <span className="inline-flex items-center gap-1">
      <code title={value} className="text-xs">
        {bare.slice(0, length)}
      </code>
      <button
        type="button"
        onClick={copy}
        aria-label={copied ? "Copied" : `Copy ${value}`}
        className="grid size-6 place-items-center rounded text-muted hover:bg-raised hover:text-ink"
      >
        {copied ? <Check aria-hidden className="size-3.5 text-good" /> : <Copy aria-hidden className="size-3.5" />}
      </button>
    </span>
  );
}
