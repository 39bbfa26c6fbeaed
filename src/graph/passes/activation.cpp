// See activation.h.
#include "graph/passes/activation.h"

namespace rt3d::graph {

bool has_activation(const Node& node) { return node.attributes.has("act"); }

void set_activation(Node& node, const std::string& act, double alpha, double beta) {
  for (const char* name : {"act", "act_alpha", "act_beta"}) node.attributes.erase(name);
  if (act == "none") return;
  node.attributes.set("act", act);
  if (alpha != 0) node.attributes.set("act_alpha", alpha);
  if (beta != 0) node.attributes.set("act_beta", beta);
}

void copy_activation(const Node& from, Node& to) {
  const Attributes& a = from.attributes;
  set_activation(to, a.string("act", "none"), a.real("act_alpha", 0), a.real("act_beta", 0));
}

}  // namespace rt3d::graph
