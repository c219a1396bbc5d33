// Prints the errors of CSAF documents, one per line; the first argument is the folder of the validator, the others are files.
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const [folder, ...paths] = process.argv.slice(2)
const { default: validate } = await import(pathToFileURL(`${folder}/validate.js`))
const tests = Object.values(await import(pathToFileURL(`${folder}/basic.js`)))
for (const path of paths) {
  const result = await validate(tests, JSON.parse(readFileSync(path, 'utf8')))
  for (const test of result.tests) {
    for (const error of test.errors) console.log(path, test.name, error.instancePath, error.message)
  }
}
