# rt3d_onnx_proto(<target>): compiles src/graph/onnx/onnx.proto into the build tree and into <target>; the generated
# header is "onnx.pb.h".
function(rt3d_onnx_proto target)
  set(folder ${CMAKE_BINARY_DIR}/generated/onnx)
  set(proto ${PROJECT_SOURCE_DIR}/src/graph/onnx/onnx.proto)
  file(MAKE_DIRECTORY ${folder})
  add_custom_command(
    OUTPUT ${folder}/onnx.pb.cc ${folder}/onnx.pb.h
    COMMAND ${Protobuf_PROTOC_EXECUTABLE} --cpp_out=${folder} --proto_path=${PROJECT_SOURCE_DIR}/src/graph/onnx ${proto}
    DEPENDS ${proto}
    VERBATIM)
  set_source_files_properties(${folder}/onnx.pb.cc PROPERTIES COMPILE_OPTIONS "-w")
  target_sources(${target} PRIVATE ${folder}/onnx.pb.cc ${folder}/onnx.pb.h)
  target_include_directories(${target} SYSTEM PRIVATE ${folder})
endfunction()
