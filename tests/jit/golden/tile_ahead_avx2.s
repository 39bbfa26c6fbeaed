mov r11, [rdi+32]                           ; 4C8B5F20
mov r9, [rdi+56]                            ; 4C8B4F38
mov r10, [rdi+40]                           ; 4C8B5728
bt r9, 0                                    ; 490FBAE100
jnc L0                                      ; 0F83........
bt r9, 2                                    ; 490FBAE102
jnc L1                                      ; 0F83........
prefetcht0 [r11]                            ; 410F180B
prefetcht0 [r11+32]                         ; 410F184B20
prefetcht0 [r11+64]                         ; 410F184B40
prefetcht0 [r11+4096]                       ; 410F188B00100000
prefetcht0 [r11+4128]                       ; 410F188B20100000
prefetcht0 [r11+4160]                       ; 410F188B40100000
L1:
vxorps xmm0, xmm0, xmm0                     ; C5F857C0
vxorps xmm1, xmm1, xmm1                     ; C5F057C9
vxorps xmm2, xmm2, xmm2                     ; C5E857D2
vxorps xmm3, xmm3, xmm3                     ; C5E057DB
vxorps xmm4, xmm4, xmm4                     ; C5D857E4
vxorps xmm5, xmm5, xmm5                     ; C5D057ED
jmp L2                                      ; E9........
L0:
vmovups ymm0, [r10]                         ; C4C17C1002
vmovaps ymm2, ymm0                          ; C5FC28D0
vmovaps ymm4, ymm0                          ; C5FC28E0
vmovups ymm1, [r10+32]                      ; C4C17C104A20
vmovaps ymm3, ymm1                          ; C5FC28D9
vmovaps ymm5, ymm1                          ; C5FC28E9
L2:
mov rsi, [rdi]                              ; 488B37
mov rdx, [rdi+8]                            ; 488B5708
mov rcx, [rdi+16]                           ; 488B4F10
mov r8, [rdi+24]                            ; 4C8B4718
mov r11, [rdi+64]                           ; 4C8B5F40
test rcx, rcx                               ; 4885C9
jz L4                                       ; 0F84........
L3:
movsxd r9, dword ptr [rdx]                  ; 4C630A
movsxd r10, dword ptr [rdx+4]               ; 4C635204
add rdx, 8                                  ; 4883C208
add r9, rsi                                 ; 4901F1
add r10, r8                                 ; 4D01C2
vmovups ymm6, [r10]                         ; C4C17C1032
vmovups ymm7, [r10+32]                      ; C4C17C107A20
vbroadcastss ymm8, dword ptr [r9]           ; C4427D1801
vfmadd231ps ymm0, ymm6, ymm8                ; C4C24DB8C0
vfmadd231ps ymm1, ymm7, ymm8                ; C4C245B8C8
vbroadcastss ymm9, dword ptr [r9+32]        ; C4427D184920
vfmadd231ps ymm2, ymm6, ymm9                ; C4C24DB8D1
vfmadd231ps ymm3, ymm7, ymm9                ; C4C245B8D9
vbroadcastss ymm8, dword ptr [r9+64]        ; C4427D184140
vfmadd231ps ymm4, ymm6, ymm8                ; C4C24DB8E0
vfmadd231ps ymm5, ymm7, ymm8                ; C4C245B8E8
prefetcht1 [r11]                            ; 410F1813
prefetcht1 [r9+1024]                        ; 410F189100040000
vmovups ymm6, [r10+64]                      ; C4C17C107240
vmovups ymm7, [r10+96]                      ; C4C17C107A60
vbroadcastss ymm8, dword ptr [r9+4]         ; C4427D184104
vfmadd231ps ymm0, ymm6, ymm8                ; C4C24DB8C0
vfmadd231ps ymm1, ymm7, ymm8                ; C4C245B8C8
vbroadcastss ymm9, dword ptr [r9+36]        ; C4427D184924
vfmadd231ps ymm2, ymm6, ymm9                ; C4C24DB8D1
vfmadd231ps ymm3, ymm7, ymm9                ; C4C245B8D9
vbroadcastss ymm8, dword ptr [r9+68]        ; C4427D184144
vfmadd231ps ymm4, ymm6, ymm8                ; C4C24DB8E0
vfmadd231ps ymm5, ymm7, ymm8                ; C4C245B8E8
prefetcht1 [r11+64]                         ; 410F185340
vmovups ymm6, [r10+128]                     ; C4C17C10B280000000
vmovups ymm7, [r10+160]                     ; C4C17C10BAA0000000
vbroadcastss ymm8, dword ptr [r9+8]         ; C4427D184108
vfmadd231ps ymm0, ymm6, ymm8                ; C4C24DB8C0
vfmadd231ps ymm1, ymm7, ymm8                ; C4C245B8C8
vbroadcastss ymm9, dword ptr [r9+40]        ; C4427D184928
vfmadd231ps ymm2, ymm6, ymm9                ; C4C24DB8D1
vfmadd231ps ymm3, ymm7, ymm9                ; C4C245B8D9
vbroadcastss ymm8, dword ptr [r9+72]        ; C4427D184148
vfmadd231ps ymm4, ymm6, ymm8                ; C4C24DB8E0
vfmadd231ps ymm5, ymm7, ymm8                ; C4C245B8E8
prefetcht1 [r11+128]                        ; 410F189380000000
add r11, 192                                ; 4981C3C0000000
prefetcht1 [r9+1088]                        ; 410F189140040000
vmovups ymm6, [r10+192]                     ; C4C17C10B2C0000000
vmovups ymm7, [r10+224]                     ; C4C17C10BAE0000000
vbroadcastss ymm8, dword ptr [r9+12]        ; C4427D18410C
vfmadd231ps ymm0, ymm6, ymm8                ; C4C24DB8C0
vfmadd231ps ymm1, ymm7, ymm8                ; C4C245B8C8
vbroadcastss ymm9, dword ptr [r9+44]        ; C4427D18492C
vfmadd231ps ymm2, ymm6, ymm9                ; C4C24DB8D1
vfmadd231ps ymm3, ymm7, ymm9                ; C4C245B8D9
vbroadcastss ymm8, dword ptr [r9+76]        ; C4427D18414C
vfmadd231ps ymm4, ymm6, ymm8                ; C4C24DB8E0
vfmadd231ps ymm5, ymm7, ymm8                ; C4C245B8E8
sub rcx, 1                                  ; 4883E901
jnz L3                                      ; 0F85C3FEFFFF
L4:
mov r11, [rdi+32]                           ; 4C8B5F20
mov r9, [rdi+56]                            ; 4C8B4F38
bt r9, 0                                    ; 490FBAE100
jnc L5                                      ; 0F83........
vaddps ymm0, ymm0, ymmword ptr [r11]        ; C4C17C5803
vaddps ymm1, ymm1, ymmword ptr [r11+4096]   ; C4C174588B00100000
vaddps ymm2, ymm2, ymmword ptr [r11+32]     ; C4C16C585320
vaddps ymm3, ymm3, ymmword ptr [r11+4128]   ; C4C164589B20100000
vaddps ymm4, ymm4, ymmword ptr [r11+64]     ; C4C15C586340
vaddps ymm5, ymm5, ymmword ptr [r11+4160]   ; C4C15458AB40100000
L5:
bt r9, 1                                    ; 490FBAE101
jnc L6                                      ; 0F83........
L6:
vmovups [r11], ymm0                         ; C4C17C1103
vmovups [r11+32], ymm2                      ; C4C17C115320
vmovups [r11+64], ymm4                      ; C4C17C116340
vmovups [r11+4096], ymm1                    ; C4C17C118B00100000
vmovups [r11+4128], ymm3                    ; C4C17C119B20100000
vmovups [r11+4160], ymm5                    ; C4C17C11AB40100000
vzeroupper                                  ; C5F877
ret                                         ; C3
