// Minifies and bundles libraries: node minify.cjs TOOLS JOBS. A job is {folder, out} or {root, members, externals, out}.
"use strict";
const fs = require("fs");
const path = require("path");
const [tools, jobs] = process.argv.slice(2);
const tool = (name) => require(path.join(path.resolve(tools), "node_modules", name));
const PRODUCTION = { "process.env.NODE_ENV": '"production"' };
const FIELDS = { platform: "browser", mainFields: ["browser", "module", "main"], format: "iife", logLevel: "silent", legalComments: "none" };
const ABSENT = ["assert", "buffer", "crypto", "fs", "http", "https", "jquery", "path", "punycode", "stream", "url", "util", "vm", "zlib"];

async function minified({ folder, out }) {
  const bundle = `${out}.bundle.js`;
  await tool("esbuild").build({ entryPoints: [folder], bundle: true, packages: "external", globalName: "lib", outfile: bundle, define: PRODUCTION, ...FIELDS });
  const source = fs.readFileSync(bundle, "utf8");
  await attempt(`${out}.esbuild.js`, async () => (await tool("esbuild").transform(source, { minify: true, legalComments: "none" })).code);
  await attempt(`${out}.terser.js`, async () => (await tool("terser").minify(source, { format: { comments: false } })).code);
  await attempt(`${out}.uglify.js`, async () => tool("uglify-js").minify(source).code);
}

async function bundled({ root, members, externals, out }) {
  const entry = path.join(root, "entry.js");
  const imports = members.map((name, index) => `import * as m${index} from ${JSON.stringify(name)};\n`).join("");
  fs.writeFileSync(entry, `${imports}globalThis.all = [${members.map((_, index) => `m${index}`)}];\n`);
  await attempt(`${out}.esbuild.js`, async () => {
    const external = [...externals, ...ABSENT];
    const options = { entryPoints: [entry], bundle: true, minify: true, write: false, define: PRODUCTION, external, ...FIELDS };
    return (await tool("esbuild").build(options)).outputFiles[0].text;
  });
  await attempt(`${out}.webpack.js`, () => webpacked(entry, externals, out));
  await attempt(`${out}.rollup.js`, async () => {
    const plugins = [tool("@rollup/plugin-node-resolve").default({ browser: true }), tool("@rollup/plugin-commonjs")()];
    const made = await (await tool("rollup").rollup({ input: entry, plugins, external: externals, onwarn() {} })).generate({ format: "es" });
    return (await tool("terser").minify(made.output[0].code, { module: true, format: { comments: false } })).code;
  });
}

function webpacked(entry, externals, out) {
  const output = { path: path.dirname(path.resolve(out)), filename: `${path.basename(out)}.webpack.js` };
  const fallback = Object.fromEntries(ABSENT.map((name) => [name, false]));
  const absent = Object.fromEntries(externals.map((name) => [name, "null"]));
  const options = { mode: "production", entry: path.resolve(entry), output, externals: absent, performance: false, resolve: { fallback } };
  return new Promise((done, fail) =>
    tool("webpack")(options, (error, stats) => (error || stats.hasErrors() ? fail(error || stats.toString("errors-only")) : done())),
  );
}

async function attempt(file, make) {
  try {
    const code = await make();
    if (code) fs.writeFileSync(file, code);
  } catch (error) {
    console.log(`left out: ${file}: ${String(error.message || error).slice(0, 200)}`);
  }
}

(async () => {
  for (const job of JSON.parse(fs.readFileSync(jobs, "utf8"))) {
    try {
      await (job.folder ? minified(job) : bundled(job));
    } catch (error) {
      console.log(`left out: ${job.out}: ${String(error.message || error).slice(0, 200)}`);
    }
  }
})();
