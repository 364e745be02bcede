# Address and undefined-behavior sanitizers, where TUMBLE_SANITIZE is on.
#
# The programs that load sanitized libraries must preload the sanitizers' own: tests/support/sanitizers.py. Without the
# check of dynamic types (vptr), which needs the type information that LAMMPS and torch keep to themselves.
function(sanitize target)
  if(TUMBLE_SANITIZE)
    set(sanitize -fsanitize=address,undefined -fno-sanitize=vptr -fno-omit-frame-pointer)
    target_compile_options(${target} PRIVATE ${sanitize} -O1 -g)
    target_link_options(${target} PRIVATE ${sanitize})
  endif()
endfunction()
