// The graph's text form:
//   graph "name"
//   input x f32 1x3x16x112x112
//   const b f32 4 = 1 2 3 4
//   y f32 1x64x16x112x112 = Conv(x, w, b) "name" pads=1x1x1x1x1x1 strides=1x1x1 @value f32 [1] = 0
//   output y
// A value whose shape is not known prints its name alone; "-" is an absent operand; names of odd characters
// are quoted.
#include <charconv>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <sstream>

#include "base/error.h"
#include "base/real_text.h"
#include "graph/graph.h"

namespace rt3d::graph {
namespace {

constexpr std::int64_t kPrintedElements = 16;
constexpr std::string_view kMarks = "(),=";

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out + "\"";
}

std::string word(const std::string& text) {
  bool plain = !text.empty() && text != "-";
  for (char c : text)
    plain = plain && (std::isalnum(static_cast<unsigned char>(c)) ||
                      std::string_view("_./:+-$[]").find(c) != std::string_view::npos);
  return plain ? text : quoted(text);
}

std::string number_text(double value) {
  char buffer[40];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, static_cast<float>(value)).ptr};
}

void print_tensor(std::ostream& out, const Tensor& tensor) {
  out << dtype_name(tensor.dtype()) << ' ' << tensor.shape().text();
  if (tensor.elements() > kPrintedElements) return;
  out << " =";
  const bool real =
      tensor.dtype() == DType::f32 || tensor.dtype() == DType::f64 || tensor.dtype() == DType::f16;
  if (real) {
    const Tensor wide = tensor.converted(DType::f64).aligned_copy();
    for (double v : wide.values<double>()) out << ' ' << number_text(v);
  } else {
    for (std::int64_t v : tensor.to_int64()) out << ' ' << v;
  }
}

void print_value(std::ostream& out, const Graph& graph, ValueId id) {
  if (id == kNoValue) {
    out << '-';
    return;
  }
  const Value& v = graph.value(id);
  out << word(v.name);
  if (v.shape_known) out << ' ' << dtype_name(v.desc.dtype) << ' ' << v.desc.shape.text();
}

void print_node(std::ostream& out, const Graph& graph, const Node& node) {
  for (std::size_t i = 0; i < node.outputs.size(); ++i) {
    if (i) out << ", ";
    print_value(out, graph, node.outputs[i]);
  }
  out << " = " << word(node.op) << '(';
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    if (i) out << ", ";
    out << (node.inputs[i] == kNoValue ? "-" : word(graph.value(node.inputs[i]).name));
  }
  out << ')';
  if (!node.name.empty()) out << ' ' << quoted(node.name);
  for (const auto& [name, value] : node.attributes.all()) {
    const std::string* text = std::get_if<std::string>(&value);
    out << ' ' << word(name) << '=' << (text ? quoted(*text) : attribute_value_text(value));
  }
  for (const auto& [name, tensor] : node.tensors) {
    out << " @" << name << ' ';
    print_tensor(out, tensor);
  }
  out << '\n';
}

struct Token {
  std::string text;
  bool is_quoted = false;
  bool is(std::string_view mark) const { return !is_quoted && text == mark; }
};

class LineParser {
 public:
  LineParser(const std::string& line, int number) : number_(number) { split(line); }

  bool done() const { return at_ == tokens_.size(); }
  const Token& peek() const {
    if (done()) wrong("the line ends too early");
    return tokens_[at_];
  }
  Token take() {
    Token token = peek();
    ++at_;
    return token;
  }
  bool accept(std::string_view mark) {
    if (done() || !peek().is(mark)) return false;
    ++at_;
    return true;
  }
  void expect(std::string_view mark) {
    if (!accept(mark)) wrong(cat("expected '", mark, "'"));
  }
  [[noreturn]] void wrong(const std::string& what) const {
    fail(Code::invalid_argument, "graph text, line ", number_, ": ", what);
  }

 private:
  void split(const std::string& line) {
    for (std::size_t i = 0; i < line.size();) {
      if (line[i] == ' ' || line[i] == '\t' || line[i] == '\r') {
        ++i;
      } else if (line[i] == '"') {
        Token token{"", true};
        for (++i; i < line.size() && line[i] != '"'; ++i) {
          if (line[i] == '\\') ++i;
          if (i < line.size()) token.text += line[i];
        }
        if (i >= line.size()) wrong("a quote is not closed");
        ++i;
        tokens_.push_back(token);
      } else if (kMarks.find(line[i]) != std::string_view::npos) {
        tokens_.push_back({std::string(1, line[i++]), false});
      } else {
        Token token;
        while (i < line.size() && line[i] != ' ' && line[i] != '\t' && line[i] != '\r' && line[i] != '"' &&
               kMarks.find(line[i]) == std::string_view::npos)
          token.text += line[i++];
        tokens_.push_back(token);
      }
    }
  }

  int number_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
};

class TextReader {
 public:
  Graph read(const std::string& text) {
    std::istringstream lines(text);
    std::string line;
    for (int number = 1; std::getline(lines, line); ++number) {
      LineParser parser(line, number);
      if (parser.done() || parser.peek().text[0] == '#') continue;
      try {
        read_line(parser);
      } catch (const Error& error) {
        parser.wrong(error.what());
      }
      if (!parser.done()) parser.wrong("unexpected '" + parser.peek().text + "'");
    }
    return std::move(graph_);
  }

 private:
  void read_line(LineParser& p) {
    const Token first = p.take();
    if (first.is("graph")) {
      graph_.name = p.take().text;
    } else if (first.is("input")) {
      const ValueId id = define(p, p.take().text);
      read_desc(p, id);
      graph_.inputs.push_back(id);
    } else if (first.is("const")) {
      const ValueId id = define(p, p.take().text);
      Tensor tensor = read_tensor(p, graph_.value(id).name);
      graph_.value(id).desc = tensor.desc();
      graph_.value(id).shape_known = true;
      graph_.value(id).constant = std::move(tensor);
    } else if (first.is("output")) {
      graph_.outputs.push_back(find(p, p.take()));
    } else {
      read_node(p, first);
    }
  }

  void read_node(LineParser& p, Token output) {
    Node node;
    for (;;) {
      if (output.is("-")) {
        node.outputs.push_back(kNoValue);
      } else {
        node.outputs.push_back(define(p, output.text));
        if (!p.peek().is(",") && !p.peek().is("=")) read_desc(p, node.outputs.back());
      }
      if (p.accept("=")) break;
      p.expect(",");
      output = p.take();
    }
    node.op = p.take().text;
    p.expect("(");
    while (!p.accept(")")) {
      const Token input = p.take();
      node.inputs.push_back(input.is("-") ? kNoValue : find(p, input));
      if (!p.accept(",") && !p.peek().is(")")) p.wrong("expected ',' or ')'");
    }
    if (!p.done() && p.peek().is_quoted) node.name = p.take().text;
    while (!p.done()) {
      const Token name = p.take();
      if (name.text[0] == '@' && !name.is_quoted) {
        node.tensors[name.text.substr(1)] = read_tensor(p, name.text);
        continue;
      }
      p.expect("=");
      const Token value = p.take();
      node.attributes.set(name.text,
                          value.is_quoted ? AttributeValue(value.text) : parse_attribute_value(value.text));
    }
    graph_.nodes.push_back(std::move(node));
  }

  ValueId define(LineParser& p, const std::string& name) {
    const ValueId id = graph_.add_value(name);
    if (!names_.emplace(name, id).second) p.wrong("'" + name + "' is defined twice");
    return id;
  }

  ValueId find(LineParser& p, const Token& token) {
    const auto it = names_.find(token.text);
    if (it == names_.end()) p.wrong("'" + token.text + "' is not defined above");
    return it->second;
  }

  static Shape read_shape(const Token& token) {
    std::string text = token.text;
    if (text.size() > 2 && text.front() == '[' && text.back() == ']') text = text.substr(1, text.size() - 2);
    return parse_shape(text);
  }

  void read_desc(LineParser& p, ValueId id) {
    Value& v = graph_.value(id);
    v.desc.dtype = parse_dtype(p.take().text);
    v.desc.shape = read_shape(p.take());
    v.shape_known = v.desc.shape.known();
  }

  static double read_number(LineParser& p) {
    const Token token = p.take();
    const auto value = parse_real(token.text);
    if (!value) p.wrong("'" + token.text + "' is not a number");
    return *value;
  }

  static Tensor read_tensor(LineParser& p, const std::string& name) {
    const DType dtype = parse_dtype(p.take().text);
    const Shape shape = read_shape(p.take());
    if (shape.elements() > (std::int64_t{1} << 28))
      p.wrong("a constant this large cannot be written as text");
    Tensor wide = Tensor::allocate({DType::f64, shape});
    const auto values = wide.mutable_values<double>();
    if (p.accept("=")) {
      for (double& v : values) v = read_number(p);
    } else {
      std::uint64_t state = 0x9e3779b97f4a7c15u;
      for (char c : name) state = (state ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
      const bool real = dtype == DType::f32 || dtype == DType::f64 || dtype == DType::f16;
      for (double& v : values) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        v = real ? static_cast<double>(state >> 40) / (1 << 24) - 0.5 : static_cast<double>(state >> 62);
      }
    }
    return wide.converted(dtype);
  }

  Graph graph_;
  std::map<std::string, ValueId> names_;
};

}  // namespace

std::string to_text(const Graph& graph) {
  std::ostringstream out;
  out.exceptions(std::ios_base::badbit);  // a text is whole, or there is no memory for it
  if (!graph.name.empty()) out << "graph " << quoted(graph.name) << '\n';
  for (ValueId id : graph.inputs)
    out << "input " << word(graph.value(id).name) << ' ' << dtype_name(graph.value(id).desc.dtype) << ' '
        << graph.value(id).desc.shape.text() << '\n';
  std::vector<bool> used(graph.value_count(), false);
  for (const Node& node : graph.nodes)
    for (ValueId id : node.inputs)
      if (id != kNoValue) used[static_cast<std::size_t>(id)] = true;
  for (ValueId id : graph.outputs) used[static_cast<std::size_t>(id)] = true;
  for (std::size_t i = 0; i < graph.value_count(); ++i) {
    const Tensor* tensor = graph.constant(static_cast<ValueId>(i));
    if (!used[i] || !tensor) continue;
    out << "const " << word(graph.value(static_cast<ValueId>(i)).name) << ' ';
    print_tensor(out, *tensor);
    out << '\n';
  }
  for (const Node& node : graph.nodes) print_node(out, graph, node);
  for (ValueId id : graph.outputs) out << "output " << word(graph.value(id).name) << '\n';
  return out.str();
}

Graph parse_graph(const std::string& text) { return TextReader().read(text); }

}  // namespace rt3d::graph
