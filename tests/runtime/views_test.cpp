#include "runtime/choosing/views.h"

#include <doctest/doctest.h>

#include <string>

namespace rt3d::runtime {
namespace {

// Of the last node of a graph with these lines behind its inputs.
View view_of_last(const std::string& lines) {
  const graph::Graph graph = graph::parse_graph(
      "graph \"t\"\ninput x f32 1x24x2x4x4\ninput z f32 1x8x2x4x4\ninput i i64 1x24\n"
      "const w f32 1x8x2x4x4\n" +
      lines);
  View view = view_of(graph, graph.nodes.back());
  CHECK(view.kind == view_kind(graph, graph.nodes.back()));
  return view;
}

View slice(const std::string& attributes, const std::string& shape = "1x8x2x4x4") {
  return view_of_last("y f32 " + shape + " = Slice(x) axes=[1] " + attributes + "\noutput y\n");
}

}  // namespace

TEST_SUITE_BEGIN("runtime");

TEST_CASE("a reshape sees one planar tensor without gaps") {
  const View view = view_of_last("y f32 1x768 = Reshape(x) shape=1x768\noutput y\n");
  CHECK(view.kind == ViewKind::reshape);
  CHECK(view.inputs == 1);
  CHECK(view.fits(1));
  CHECK_FALSE(view.fits(8));
  CHECK(view.rigid(1));
  CHECK(view_of_last("y i64 24 = Reshape(i) shape=[24]\noutput y\n").kind == ViewKind::reshape);
  CHECK(view_of_last("y f32 1x256 = Reshape(w) shape=1x256\noutput y\n").kind == ViewKind::none);
}

TEST_CASE("a slice of channels is a part of its input where it begins with a block") {
  const View view = slice("starts=[8] ends=[16]");
  CHECK(view.kind == ViewKind::slice);
  CHECK(view.inputs == 1);
  CHECK(view.part_channels == std::vector<std::int64_t>{8});
  CHECK(view.fits(1));
  CHECK(view.fits(8));
  CHECK_FALSE(view.fits(16));
  CHECK(view.rigid(1));
  CHECK_FALSE(view.rigid(8));
  CHECK(slice("starts=[-8] ends=[24]").part_channels == std::vector<std::int64_t>{16});
}

TEST_CASE("other slices are computed: with steps, of other axes, of other types, beyond the end") {
  CHECK(slice("starts=[0] ends=[16] steps=[2]").kind == ViewKind::none);
  CHECK(slice("starts=[20] ends=[28]").kind == ViewKind::none);
  CHECK(view_of_last("y f32 1x24x1x4x4 = Slice(x) axes=[2] starts=[1] ends=[2]\noutput y\n").kind ==
        ViewKind::none);
  CHECK(view_of_last("y f32 1x8x1x4x4 = Slice(x) axes=1x2 starts=0x0 ends=8x1\noutput y\n").kind ==
        ViewKind::none);
  CHECK(view_of_last("y i64 1x8 = Slice(i) axes=[1] starts=[0] ends=[8]\noutput y\n").kind == ViewKind::none);
}

TEST_CASE("the inputs of a concatenation of channels are its parts, one behind the other") {
  const View view = view_of_last("y f32 1x56x2x4x4 = Concat(x, z, x) axis=1\noutput y\n");
  CHECK(view.kind == ViewKind::concat);
  CHECK(view.inputs == 3);
  CHECK(view.part_channels == std::vector<std::int64_t>{0, 24, 32});
  CHECK(view.fits(8));
  CHECK_FALSE(view.fits(16));
  CHECK_FALSE(view.rigid(1));
  CHECK(view_of_last("y f32 1x24x4x4x4 = Concat(x, x) axis=2\noutput y\n").kind == ViewKind::none);
  CHECK(view_of_last("y f32 1x32x2x4x4 = Concat(x, w) axis=1\noutput y\n").kind == ViewKind::none);
  CHECK(view_of_last("y i64 1x48 = Concat(i, i) axis=1\noutput y\n").kind == ViewKind::none);
}

TEST_CASE("what computes is no view") {
  const View view = view_of_last("y f32 1x24x2x4x4 = Relu(x)\noutput y\n");
  CHECK(view.kind == ViewKind::none);
  CHECK(view.inputs == 0);
}

TEST_CASE("a part lies where its first channel's block does, and planar parts of several items have gaps") {
  const Shape shape{2, 24, 2, 4, 4};
  for (const kernels::Port& port : std::vector<kernels::Port>{{}, {1, 1, 1}, {8, 0, 0}, {8, 1, 2}}) {
    const kernels::Placement whole = kernels::Placement::of(shape, port);
    CHECK(part_offset(whole, 0) == 0);
    CHECK(part_offset(whole, 16) == 16 / port.block * whole.c);
    // All channels, one part behind the other, end where the next item begins.
    CHECK(part_offset(whole, 24) == whole.n);
    const kernels::Placement alone = kernels::Placement::of({2, 8, 2, 4, 4}, port);
    CHECK(alone.c == whole.c);
    CHECK(alone.n < whole.n);
  }
  CHECK(parts_lie_as_alone(1, 1));
  CHECK_FALSE(parts_lie_as_alone(1, 2));
  CHECK(parts_lie_as_alone(8, 2));
}

TEST_SUITE_END();
}  // namespace rt3d::runtime
