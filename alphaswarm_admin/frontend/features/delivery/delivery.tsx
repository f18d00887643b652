"use client";

import { useQuery } from "@tanstack/react-query";
import { PageTitle } from "@/components/shell/page-title";
import { Failed, Loading } from "@/components/ui/states";
import { failureOf } from "@/lib/api/failure";
import { environmentsQuery } from "@/lib/api/queries";
import { EnvironmentCard } from "./environment-card";

export function Delivery() {
  const query = useQuery(environmentsQuery);
  return (
    <>
      <PageTitle>Delivery</PageTitle>
      {query.error ? <Failed failure={failureOf(query.error)} onRetry={() => query.refetch()} /> : null}
      {query.isPending ? <Loading label="Loading the environments" lines={6} /> : null}
      <div className="grid items-start gap-4 lg:grid-cols-3">
        {query.data?.items.map((environment) => (
          <EnvironmentCard key={environment.name} environment={environment} />
        ))}
      </div>
    </>
  );
}
