// Founds the replica set of one and gives the server the roles and users of mongo-roles.json; running it again puts right
// what differs. Whoever has the key of the server may do that, so no door stands open before there are users.
const fs = require("fs");
const NOT_YET_INITIALIZED = 94;

function secret(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: see deploy/.env.example`);
  return value;
}

db.getSiblingDB("local").auth({
  user: "__system",
  pwd: secret("BANGFU_MONGO_KEY"),
  mechanism: "SCRAM-SHA-256",
});
const admin = db.getSiblingDB("admin");

try {
  admin.runCommand({ replSetGetStatus: 1 }).ok || found();
} catch (error) {
  if (error.code !== NOT_YET_INITIALIZED) throw error;
  found();
}

function found() {
  rs.initiate({ _id: "rs0", members: [{ _id: 0, host: "127.0.0.1:27017" }] });
  print("the replica set is founded");
}

for (let second = 0; !admin.hello().isWritablePrimary; second++) {
  if (second >= 60) throw new Error("no primary was elected within 60 s: see the log of mongod");
  sleep(1000);
}

const declared = JSON.parse(fs.readFileSync("/roles/mongo-roles.json", "utf8"));
for (const [name, role] of Object.entries(declared.roles)) {
  if (admin.getRole(name)) admin.updateRole(name, role);
  else admin.createRole({ role: name, ...role });
}
for (const [name, variable] of Object.entries(declared.users)) {
  const user = { pwd: secret(variable), roles: [{ role: name, db: "admin" }], mechanisms: ["SCRAM-SHA-256"] };
  if (admin.getUser(name)) admin.updateUser(name, user);
  else admin.createUser({ user: name, ...user });
}
print(`${Object.keys(declared.roles).length} roles and ${Object.keys(declared.users).length} users are as declared`);
