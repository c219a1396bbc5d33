local git = 'x'
package = 'app'
