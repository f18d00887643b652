"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useState } from "react";
import { PageTitle } from "@/components/shell/page-title";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Digest } from "@/components/ui/digest";
import { Empty, Failed, Loading } from "@/components/ui/states";
import { Time } from "@/components/ui/time";
import { failureOf } from "@/lib/api/failure";
import { imageQuery, imagesQuery } from "@/lib/api/queries";
import type { Image } from "@/lib/api/types";
import { shortCommit, shortId } from "@/lib/run";

/** The images that were deployed, and for each where it runs and ran. */
export function Images() {
  const query = useQuery(imagesQuery);
  return (
    <>
      <PageTitle>Images</PageTitle>
      {query.error ? <Failed failure={failureOf(query.error)} onRetry={() => query.refetch()} /> : null}
      {query.isPending ? <Loading label="Loading the images" lines={5} /> : null}
      {query.data && query.data.items.length === 0 ? (
        <Empty title="No image was deployed yet">
          Images are deployed by digest, and only verified ones: <code>alphaswarm image verify</code>
        </Empty>
      ) : null}
      <ul className="grid gap-3">
        {query.data?.items.map((image) => (
          <li key={image.digest}>
            <ImageCard image={image} />
          </li>
        ))}
      </ul>
    </>
  );
}

function ImageCard({ image }: { image: Image }) {
  const [open, setOpen] = useState(false);
  return (
    <Card className="grid gap-2 p-4 text-sm">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="font-medium">{image.variables.join(", ")}</span>
        <Digest value={image.digest} length={16} />
        {image.current_in.map((environment) => (
          <Badge key={environment} tone="good">
            runs in {environment}
          </Badge>
        ))}
        <span className="ml-auto text-muted">
          last deployed <Time iso={image.last_deployed_at} />
        </span>
      </div>
      <Button look="quiet" className="justify-self-start" aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? "Fold" : "Where it runs and ran"}
      </Button>
      {open ? <Where digest={image.digest} /> : null}
    </Card>
  );
}

function Where({ digest }: { digest: string }) {
  const query = useQuery(imageQuery(digest));
  if (query.error) return <Failed failure={failureOf(query.error)} onRetry={() => query.refetch()} />;
  if (!query.data) return <Loading label="Looking where it runs" lines={2} />;
  return (
    <ul className="grid gap-1.5 border-t pt-3">
      {query.data.uses.map((use) => (
        <li key={`${use.run_id} ${use.variable}`} className="flex flex-wrap items-center gap-x-3">
          <span className="font-medium">{use.environment}</span>
          <Link href={`/runs/${use.run_id}`} className="underline underline-offset-2">
            <code className="text-xs">{shortId(use.run_id)}</code>
          </Link>
          <code className="text-muted text-xs">{shortCommit(use.commit)}</code>
          <Time iso={use.since} />
          {use.current ? <Badge tone="good">now</Badge> : null}
        </li>
      ))}
    </ul>
  );
}
