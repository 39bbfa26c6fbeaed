vxorps xmm0, xmm0, xmm0                     ; C5F857C0
vxorps xmm1, xmm1, xmm1                     ; C5F057C9
vxorps xmm2, xmm2, xmm2                     ; C5E857D2
vxorps xmm3, xmm3, xmm3                     ; C5E057DB
vxorps xmm4, xmm4, xmm4                     ; C5D857E4
vxorps xmm5, xmm5, xmm5                     ; C5D057ED
vxorps xmm6, xmm6, xmm6                     ; C5C857F6
vxorps xmm7, xmm7, xmm7                     ; C5C057FF
mov rsi, [rdi]                              ; 488B37
mov rdx, [rdi+8]                            ; 488B5708
mov rcx, [rdi+16]                           ; 488B4F10
mov r8, [rdi+24]                            ; 4C8B4718
mov r11, [rdi+64]                           ; 4C8B5F40
test rcx, rcx                               ; 4885C9
jz L1                                       ; 0F84........
L0:
movsxd r9, dword ptr [rdx]                  ; 4C630A
movsxd r10, dword ptr [rdx+4]               ; 4C635204
add rdx, 8                                  ; 4883C208
add r9, rsi                                 ; 4901F1
add r10, r8                                 ; 4D01C2
prefetcht1 [r11]                            ; 410F1813
add r11, 32                                 ; 4983C320
vmovups ymm8, [r9]                          ; C4417C1001
vmovups ymm9, [r9+32]                       ; C4417C104920
vbroadcastss ymm10, dword ptr [r10]         ; C4427D1812
vfmadd231ps ymm0, ymm8, ymm10               ; C4C23DB8C2
vfmadd231ps ymm1, ymm9, ymm10               ; C4C235B8CA
vbroadcastss ymm11, dword ptr [r10+4]       ; C4427D185A04
vfmadd231ps ymm2, ymm8, ymm11               ; C4C23DB8D3
vfmadd231ps ymm3, ymm9, ymm11               ; C4C235B8DB
vbroadcastss ymm12, dword ptr [r10+8]       ; C4427D186208
vfmadd231ps ymm4, ymm8, ymm12               ; C4C23DB8E4
vfmadd231ps ymm5, ymm9, ymm12               ; C4C235B8EC
vbroadcastss ymm13, dword ptr [r10+12]      ; C4427D186A0C
vfmadd231ps ymm6, ymm8, ymm13               ; C4C23DB8F5
vfmadd231ps ymm7, ymm9, ymm13               ; C4C235B8FD
vmovups ymm8, [r9+4096]                     ; C4417C108100100000
vmovups ymm9, [r9+4128]                     ; C4417C108920100000
vbroadcastss ymm14, dword ptr [r10+16]      ; C4427D187210
vfmadd231ps ymm0, ymm8, ymm14               ; C4C23DB8C6
vfmadd231ps ymm1, ymm9, ymm14               ; C4C235B8CE
vbroadcastss ymm15, dword ptr [r10+20]      ; C4427D187A14
vfmadd231ps ymm2, ymm8, ymm15               ; C4C23DB8D7
vfmadd231ps ymm3, ymm9, ymm15               ; C4C235B8DF
vbroadcastss ymm10, dword ptr [r10+24]      ; C4427D185218
vfmadd231ps ymm4, ymm8, ymm10               ; C4C23DB8E2
vfmadd231ps ymm5, ymm9, ymm10               ; C4C235B8EA
vbroadcastss ymm11, dword ptr [r10+28]      ; C4427D185A1C
vfmadd231ps ymm6, ymm8, ymm11               ; C4C23DB8F3
vfmadd231ps ymm7, ymm9, ymm11               ; C4C235B8FB
sub rcx, 1                                  ; 4883E901
jnz L0                                      ; 0F8541FFFFFF
L1:
mov r11, [rdi+32]                           ; 4C8B5F20
mov r9, [rdi+56]                            ; 4C8B4F38
bt r9, 0                                    ; 490FBAE100
jnc L2                                      ; 0F83........
vaddps ymm0, ymm0, ymmword ptr [r11]        ; C4C17C5803
vaddps ymm1, ymm1, ymmword ptr [r11+32]     ; C4C174584B20
vaddps ymm2, ymm2, ymmword ptr [r11+256]    ; C4C16C589300010000
vaddps ymm3, ymm3, ymmword ptr [r11+288]    ; C4C164589B20010000
vaddps ymm4, ymm4, ymmword ptr [r11+512]    ; C4C15C58A300020000
vaddps ymm5, ymm5, ymmword ptr [r11+544]    ; C4C15458AB20020000
vaddps ymm6, ymm6, ymmword ptr [r11+768]    ; C4C14C58B300030000
vaddps ymm7, ymm7, ymmword ptr [r11+800]    ; C4C14458BB20030000
L2:
vmovups [r11], ymm0                         ; C4C17C1103
vmovups [r11+32], ymm1                      ; C4C17C114B20
vmovups [r11+256], ymm2                     ; C4C17C119300010000
vmovups [r11+288], ymm3                     ; C4C17C119B20010000
vmovups [r11+512], ymm4                     ; C4C17C11A300020000
vmovups [r11+544], ymm5                     ; C4C17C11AB20020000
vmovups [r11+768], ymm6                     ; C4C17C11B300030000
vmovups [r11+800], ymm7                     ; C4C17C11BB20030000
vzeroupper                                  ; C5F877
ret                                         ; C3
