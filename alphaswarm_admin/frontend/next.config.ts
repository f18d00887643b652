import type { NextConfig } from "next";

/** The API answers under /admin on the same origin: the load balancer's rules route there, on a laptop the stand-in's. */
const config: NextConfig = {
  output: "standalone",
  poweredByHeader: false,
  reactStrictMode: true,
  compress: true,
};

export default config;
