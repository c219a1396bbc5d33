system("ls #{x}") # COD-001
system "ls", x
system("ls")
`ls #{params[:d]}` # COD-001
`ls #{Shellwords.escape(x)}`
password = "abcdefgh" # COD-012
h = { verify: false, "ssl" => 1 } # COD-005
User.where("a = '#{x}'") # COD-004
User.where("a = ?", x)
User.where(name: params[:name])
http.verify_mode = OpenSSL::SSL::VERIFY_NONE # COD-005
def f(a)
  eval a # COD-002
  eval "1"
end
IO.popen("x" + y) # COD-001
IO.popen(["x", y])
PASSWORD = 'xabcdef' # COD-012
render inline: "a #{b}" # COD-002
Marshal.load(cookies[:x]) # COD-003
Marshal.load(data) # COD-003
YAML.load(params[:y]) # COD-003
YAML.load(File.read("x"))
YAML.unsafe_load(z) # COD-003
User.order(params[:sort]) # COD-004
User.find_by_sql("select * from users where id = #{id}") # COD-004
send_file params[:path] # COD-010
File.read("/data/" + params[:f]) # COD-010
File.read("/data/x")
q = params[:q]
Open3.capture2("grep #{q} file") # COD-001
params[:type].constantize # COD-002
user.send(params[:m]) # COD-002
Digest::MD5.hexdigest(password) # COD-007
Digest::MD5.hexdigest(url)
OpenSSL::Cipher.new("des-ede3-cbc") # COD-008
OpenSSL::PKey::RSA.new(1024) # COD-009
Net::FTP.new("h") # COD-016
File.chmod(0777, "x") # COD-017
FileUtils.chmod 0666, "x" # COD-017
"<b>#{params[:x]}</b>".html_safe # COD-013
get('/z'){ eval(params[:e]) } # COD-002
open(params[:url]) # COD-001
instance_eval(&block)
klass.class_eval do
end
command = "uptime"
system(command)
def show
  @id = params[:id].to_i
  User.where("id = #{@id}") # COD-004
  User.where("id = #{params[:id].to_i}")
  sort = params[:sort]
  User.order(sort) # COD-004
  User.order(created_at: params[:direction])
  name = File.basename(params[:name])
  File.read("/data/#{name}")
  password = params[:password]
  password = ENV.fetch("PASSWORD")
  http.verify_mode = verify ? OpenSSL::SSL::VERIFY_PEER : OpenSSL::SSL::VERIFY_NONE
  Faraday.new(url, ssl: { verify: false }) # COD-005
  class_eval "def #{name}; end", __FILE__, __LINE__
  Nokogiri::XML(text) { |config| config.noent } # COD-014
  Object.const_get(params[:type]) # COD-002
end
program = "uptime"
programs.each { |program| system(program) } # COD-001
name, rest = params[:parts]
File.read(name) # COD-010
