mov r11, [rdi+32]                           ; 4C8B5F20
prefetcht0 [r11]                            ; 410F180B
prefetcht0 [r11+16]                         ; 410F184B10
prefetcht0 [r11+32]                         ; 410F184B20
vxorps xmm0, xmm0, xmm0                     ; C5F857C0
vxorps xmm1, xmm1, xmm1                     ; C5F057C9
vxorps xmm2, xmm2, xmm2                     ; C5E857D2
vxorps xmm3, xmm3, xmm3                     ; C5E057DB
vxorps xmm4, xmm4, xmm4                     ; C5D857E4
vxorps xmm5, xmm5, xmm5                     ; C5D057ED
mov rsi, [rdi]                              ; 488B37
mov rdx, [rdi+8]                            ; 488B5708
mov rcx, [rdi+16]                           ; 488B4F10
mov r8, [rdi+24]                            ; 4C8B4718
test rcx, rcx                               ; 4885C9
jz L1                                       ; 0F84........
L0:
movsxd r9, dword ptr [rdx+32]               ; 4C634A20
add r9, rsi                                 ; 4901F1
prefetcht0 [r9]                             ; 410F1809
movsxd r9, dword ptr [rdx]                  ; 4C630A
movsxd r10, dword ptr [rdx+4]               ; 4C635204
add rdx, 8                                  ; 4883C208
add r9, rsi                                 ; 4901F1
add r10, r8                                 ; 4D01C2
vmovups ymm6, [r10]                         ; C4C17C1032
vmovups ymm7, [r10+32]                      ; C4C17C107A20
vbroadcastf128 ymm8, xmmword ptr [r9]       ; C4427D1A01
vfmadd231ps ymm0, ymm6, ymm8                ; C4C24DB8C0
vfmadd231ps ymm1, ymm7, ymm8                ; C4C245B8C8
vbroadcastf128 ymm9, xmmword ptr [r9+16]    ; C4427D1A4910
vfmadd231ps ymm2, ymm6, ymm9                ; C4C24DB8D1
vfmadd231ps ymm3, ymm7, ymm9                ; C4C245B8D9
vbroadcastf128 ymm10, xmmword ptr [r9+32]   ; C4427D1A5120
vfmadd231ps ymm4, ymm6, ymm10               ; C4C24DB8E2
vfmadd231ps ymm5, ymm7, ymm10               ; C4C245B8EA
sub rcx, 1                                  ; 4883E901
short jnz L0                                ; 75A4
L1:
vshufps ymm6, ymm0, ymm1, 221               ; C5FCC6F1DD
vshufps ymm0, ymm0, ymm1, 136               ; C5FCC6C188
vaddps ymm0, ymm0, ymm6                     ; C5FC58C6
vshufps ymm6, ymm2, ymm3, 221               ; C5ECC6F3DD
vshufps ymm2, ymm2, ymm3, 136               ; C5ECC6D388
vaddps ymm2, ymm2, ymm6                     ; C5EC58D6
vshufps ymm6, ymm0, ymm2, 221               ; C5FCC6F2DD
vshufps ymm0, ymm0, ymm2, 136               ; C5FCC6C288
vaddps ymm0, ymm0, ymm6                     ; C5FC58C6
vpermpd ymm0, ymm0, 216                     ; C4E3FD01C0D8
vshufps ymm6, ymm4, ymm5, 221               ; C5DCC6F5DD
vshufps ymm4, ymm4, ymm5, 136               ; C5DCC6E588
vaddps ymm4, ymm4, ymm6                     ; C5DC58E6
vshufps ymm6, ymm4, ymm4, 221               ; C5DCC6F4DD
vshufps ymm4, ymm4, ymm4, 136               ; C5DCC6E488
vaddps ymm4, ymm4, ymm6                     ; C5DC58E6
vpermpd ymm4, ymm4, 216                     ; C4E3FD01E4D8
mov r9, [rdi+56]                            ; 4C8B4F38
bt r9, 0                                    ; 490FBAE100
jnc L2                                      ; 0F83........
vmovups xmm6, xmmword ptr [r11]             ; C4C1781033
vinsertf128 ymm6, ymm6, xmmword ptr [r11+16], 1; C4C34D18731001
vaddps ymm0, ymm0, ymm6                     ; C5FC58C6
vmovups xmm6, xmmword ptr [r11+32]          ; C4C178107320
vaddps ymm4, ymm4, ymm6                     ; C5DC58E6
jmp L3                                      ; E9........
L2:
mov r10, [rdi+40]                           ; 4C8B5728
vmovups xmm6, xmmword ptr [r10]             ; C4C1781032
vinsertf128 ymm6, ymm6, xmmword ptr [r10], 1; C4C34D183201
vaddps ymm0, ymm0, ymm6                     ; C5FC58C6
vaddps ymm4, ymm4, ymm6                     ; C5DC58E6
L3:
bt r9, 1                                    ; 490FBAE101
jnc L4                                      ; 0F83........
mov r10, [rdi+48]                           ; 4C8B5730
vmovups xmm6, xmmword ptr [r10]             ; C4C1781032
vinsertf128 ymm6, ymm6, xmmword ptr [r10+16], 1; C4C34D18721001
vaddps ymm0, ymm0, ymm6                     ; C5FC58C6
vmovups xmm6, xmmword ptr [r10+32]          ; C4C178107220
vaddps ymm4, ymm4, ymm6                     ; C5DC58E6
vxorps xmm1, xmm1, xmm1                     ; C5F057C9
vmaxps ymm0, ymm0, ymm1                     ; C5FC5FC1
vmaxps ymm4, ymm4, ymm1                     ; C5DC5FE1
L4:
vmovups xmmword ptr [r11], xmm0             ; C4C1781103
vextractf128 xmmword ptr [r11+16], ymm0, 1  ; C4C37D19431001
vmovups xmmword ptr [r11+32], xmm4          ; C4C178116320
vzeroupper                                  ; C5F877
ret                                         ; C3
