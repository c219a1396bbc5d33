<?php
$id = $_GET['id'];
system("ls " . $id); // COD-001
system("ls " . escapeshellarg($id));
eval("x $y {$z['a']}"); // COD-002
eval('return 1;');
$out = `ls $x`; // COD-001
include $_GET['p'] . '.php'; // COD-010
include __DIR__ . '/x.php';
echo $id, "b$c"; // COD-013
echo htmlspecialchars($id);
echo "Hello " . $_POST['name']; // COD-013
$db->query("SELECT a FROM t WHERE x=" . $x); // COD-004
$db->query("SELECT a FROM t WHERE x=" . (int)$x);
$db->query("SELECT a FROM {$wpdb->posts} WHERE x=" . intval($x));
mysqli_query($c, "SELECT * FROM t WHERE id='$id'"); // COD-004
define('DB_PASSWORD', 'hunter22'); // COD-012
$c = ['verify' => false]; // COD-005
function f($a) { return unserialize($a, ['allowed_classes' => false]); }
function g($a) { return unserialize($a); } // COD-003
$_GET['f']($x); // COD-002
curl_setopt($c, CURLOPT_SSL_VERIFYPEER, false); // COD-005
\system($x); // COD-001
const PASSWORD = 'abcdefgh'; // COD-012
class A { private $password = 'abcdefg'; } // COD-012
$hash = md5($_POST['password']); // COD-007
$key = md5($url);
preg_replace('/(.*)/e', 'strtoupper("\1")', $x); // COD-002
$y = openssl_encrypt($a, 'aes-128-ecb', $k); // COD-008
chmod($f, 0777); // COD-017
chmod($f, 0755);
curl_setopt($c, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_0); // COD-006
$key = openssl_pkey_new(['private_key_bits' => 1024]); // COD-009
$key = openssl_pkey_new(['private_key_bits' => 4096]);
$document->loadXML($text, LIBXML_NOENT); // COD-014
$ftp = ftp_connect('files.example'); // COD-016
$command = 'uptime';
exec($command);
$command .= ' ' . $_POST['flags'];
exec($command); // COD-001
function later($name) {
    $id = intval($_GET['id']);
    echo $id;
    $path = '/data/' . basename($_GET['file']);
    readfile($path);
    readfile('/data/' . $_GET['file']); // COD-010
    move_uploaded_file($_FILES['a']['tmp_name'], '/data/a');
    $page = $_GET['page'] === 'news' ? 'news.php' : 'home.php';
    include $page;
    $password = $_POST['password'];
    $lang['password'] = 'your password';
    $fields = ['password' => 'field_password', 'secret' => getenv('SECRET')];
    extract($_POST); // COD-002
    call_user_func($_REQUEST['f']); // COD-002
    $rows = DB::select("SELECT * FROM t WHERE id = ?", [$id]);
    $rows = DB::select("SELECT * FROM t WHERE id = " . $_GET['id']); // COD-004
    $rows = $q->whereRaw("name = '" . $request->input('name') . "'"); // COD-004
    return unserialize('a:0:{}');
}
?>
<b><?= $_GET['x'] ?></b> <!-- COD-013 -->
<b><?= $title ?></b>
<?php
$program = 'uptime';
foreach ($programs as $program) {
    exec($program); // COD-001
}
$part = 'a';
[$part, $rest] = explode(',', trim($_GET['parts']));
readfile($part); // COD-010
list($id) = $_GET;
readfile($id); // COD-010
