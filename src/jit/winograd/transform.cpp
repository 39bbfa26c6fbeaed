#include "jit/winograd/transform.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "base/error.h"
#include "jit/asm/activation.h"

namespace rt3d::jit {
namespace {

constexpr Gp kIn{1}, kOut{2}, kBias{3}, kResidual{4}, kScratch{5}, kCount{6};

// Register use: inputs and temporaries of the program at hand | constants | t, when in registers | scratch of the epilogue.
class Emitter {
 public:
  Emitter(Isa isa, const TransformShape& shape) : s_(shape), vectors_(isa_vectors(isa)) {
    spare_ = s_.epilogue ? std::max(activation_scratch(s_.activation.act), isa == Isa::neon ? 1 : 0) : 0;
    // In order of preference: wide groups share more, registers spare memory.
    for (const Choice& c :
         {Choice{2, true, kAll}, {1, true, kAll}, {1, true, 2}, {2, false, kAll}, {2, false, 2}})
      if (!fits_) choose(c);
  }
  bool fits() const { return fits_; }
  std::size_t scratch_vectors() const {
    return flat() || in_registers_ ? 0 : static_cast<std::size_t>(most_ * s_.cols->inputs);
  }

  void run(Asm& as) {
    as.load_pointer(kIn, kArgs, offsetof(TransformArgs, in));
    as.load_pointer(kOut, kArgs, offsetof(TransformArgs, out));
    as.load_pointer(kScratch, kArgs, offsetof(TransformArgs, scratch));
    as.load_pointer(kCount, kArgs, offsetof(TransformArgs, count));
    if (s_.epilogue) as.load_pointer(kBias, kArgs, offsetof(TransformArgs, bias));
    if (s_.has_residual) as.load_pointer(kResidual, kArgs, offsetof(TransformArgs, residual));
    for (float c : constants_) as.constant(constant(c), c);
    const Label top = as.new_label();
    as.bind(top);
    if (flat())
      for (const Group& group : cols_)
        emit(
            as, group.program, [&](Vec to, int x) { as.load(to, kIn, x * s_.in.x); },
            [&](int x, Vec v) { finish(as, 0, x, v); });
    else
      for (const Group& group : rows_) tile_rows(as, group);
    as.add(kIn, s_.in.tile);
    as.add(kOut, s_.out.tile);
    if (s_.has_residual) as.add(kResidual, s_.residual.tile);
    as.decrement_and_loop(kCount, top);
  }

 private:
  static constexpr int kAll = 1000;
  struct Choice {
    int rows;        // outputs of a group of rows
    bool registers;  // t in registers
    int cols;        // outputs of a group of columns
  };
  struct Group {
    std::vector<int> outputs;
    LinearProgram program;
  };

  bool flat() const { return s_.rows->inputs == 1 && s_.rows->outputs == 1; }

  std::vector<Group> groups(const LinearMap& map, int most, int first, int last) {
    std::vector<Group> out;
    for (std::vector<int>& outputs : grouped_outputs(map, most)) {
      LinearProgram program(map, outputs, first, last);
      working_ = std::max(working_, program.registers());
      for (float c : program.constants())
        if (std::find(constants_.begin(), constants_.end(), c) == constants_.end()) constants_.push_back(c);
      out.push_back({std::move(outputs), std::move(program)});
    }
    return out;
  }

  // Keeps the choice if the registers suffice.
  void choose(const Choice& c) {
    most_ = c.rows;
    in_registers_ = c.registers;
    working_ = 0;
    constants_.clear();
    cols_ = groups(*s_.cols, c.cols, s_.read.x_first, s_.read.x_last);
    if (!flat()) rows_ = groups(*s_.rows, c.rows, s_.read.y_first, s_.read.y_last);
    const int held = !flat() && c.registers ? c.rows * s_.cols->inputs : 0;
    free_ = working_ + static_cast<int>(constants_.size()) + held;
    fits_ = free_ + spare_ <= vectors_;
  }

  Vec constant(float value) const {
    return {working_ +
            static_cast<int>(std::find(constants_.begin(), constants_.end(), value) - constants_.begin())};
  }
  Vec held(int row, int x) const {
    return {working_ + static_cast<int>(constants_.size()) + row * s_.cols->inputs + x};
  }
  std::int32_t held_at(const Asm& as, int row, int x) const {
    return (row * s_.cols->inputs + x) * as.vector_bytes();
  }

  template <typename Load, typename Give>
  void emit(Asm& as, const LinearProgram& p, const Load& load, const Give& give) {
    for (std::size_t i = 0; i < p.used_inputs().size(); ++i)
      load(Vec{static_cast<int>(i)}, p.used_inputs()[i]);
    std::vector<Vec> registers, constants;
    for (int i = 0; i < p.registers(); ++i) registers.push_back({i});
    constants.reserve(p.constants().size());
    for (float c : p.constants()) constants.push_back(constant(c));
    p.emit(as, registers, constants, give);
  }

  void tile_rows(Asm& as, const Group& group) {
    const auto row_of = [&](int y) {
      return static_cast<int>(std::find(group.outputs.begin(), group.outputs.end(), y) -
                              group.outputs.begin());
    };
    const auto wanted = [&](int y) { return y >= s_.write.y_first && y < s_.write.y_last; };
    if (std::none_of(group.outputs.begin(), group.outputs.end(), wanted)) return;
    for (int x = s_.read.x_first; x < s_.read.x_last; ++x)
      emit(
          as, group.program, [&](Vec to, int y) { as.load(to, kIn, y * s_.in.y + x * s_.in.x); },
          [&](int y, Vec v) {
            if (in_registers_)
              as.copy(held(row_of(y), x), v);
            else
              as.store(v, kScratch, held_at(as, row_of(y), x));
          });
    for (int y : group.outputs) {
      if (!wanted(y)) continue;
      const int row = row_of(y);
      for (const Group& cols : cols_)
        emit(
            as, cols.program,
            [&](Vec to, int x) {
              if (in_registers_)
                as.copy(to, held(row, x));
              else
                as.load(to, kScratch, held_at(as, row, x));
            },
            [&](int x, Vec v) { finish(as, y, x, v); });
    }
  }

  void finish(Asm& as, int y, int x, Vec v) {
    if (y < s_.write.y_first || y >= s_.write.y_last || x < s_.write.x_first || x >= s_.write.x_last) return;
    if (s_.epilogue) {
      std::vector<Vec> scratch;
      for (int i = free_; i < as.vectors(); ++i) scratch.push_back({i});
      const Vec spare = scratch.empty() ? v : scratch.front();
      as.add_load(v, kBias, 0, spare);
      if (s_.has_residual) as.add_load(v, kResidual, y * s_.residual.y + x * s_.residual.x, spare);
      const Vec values[] = {v};
      emit_activation(as, s_.activation, values, scratch);
    }
    as.store(v, kOut, y * s_.out.y + x * s_.out.x);
  }

  const TransformShape& s_;
  int vectors_, spare_ = 0;
  bool fits_ = false, in_registers_ = false;
  int most_ = 1, working_ = 0, free_ = 0;
  std::vector<Group> cols_, rows_;
  std::vector<float> constants_;
};

std::string text(const TransformStrides& s) { return cat(s.y, ".", s.x, ".", s.tile); }
std::string text(const TileWindow& w) { return cat(w.y_first, "-", w.y_last, "x", w.x_first, "-", w.x_last); }

}  // namespace

std::string TransformShape::name() const {
  std::string out =
      cat("transform_", label, "_in", text(in), "_", text(read), "_out", text(this->out), "_", text(write));
  if (epilogue) out += cat("_", activation_label(activation));
  if (has_residual) out += cat("_res", text(residual));
  return out;
}

bool transform_fits(Isa isa, const TransformShape& shape) { return Emitter(isa, shape).fits(); }

std::size_t transform_scratch_bytes(Isa isa, const TransformShape& shape) {
  return Emitter(isa, shape).scratch_vectors() * static_cast<std::size_t>(isa_lanes(isa)) * sizeof(float);
}

void emit_transform(Asm& as, const TransformShape& shape) {
  Emitter emitter(as.isa(), shape);
  if (!emitter.fits()) fail(rt3d::Code::internal, shape.name(), " does not fit");
  emitter.run(as);
}

std::shared_ptr<const Code> transform(Isa isa, const TransformShape& shape) {
  return generate(shape.name(), isa, [&](Asm& as) { emit_transform(as, shape); });
}

}  // namespace rt3d::jit
